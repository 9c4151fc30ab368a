//! Tests with servers that take nothing in over HTTP/2.

use std::sync::atomic::{AtomicUsize, Ordering};

use rustls::{ServerConfig, pki_types::PrivateKeyDer};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use super::*;

// RFC 9113 section 6.
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const GOAWAY: u8 = 7;
const REFUSED_STREAM: u8 = 7;

/// What a server does with its first requests.
#[derive(Clone, Copy)]
enum First {
    /// Refuses the streams of so many.
    Refuses(usize),
    /// Says good-bye instead of an answer, once.
    GoesAway,
}

struct Server {
    url: String,
    roots: RootCertStore,
    requests: Arc<AtomicUsize>,
    _tasks: JoinSet<()>,
}

async fn server(first: First) -> Server {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    let key = PrivateKeyDer::Pkcs8(made.signing_key.serialize_der().into());
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://localhost:{}/feed", listener.local_addr().unwrap().port());
    let requests = Arc::<AtomicUsize>::default();
    let count = Arc::clone(&requests);
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        let mut connections = JoinSet::new();
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, count) = (acceptor.clone(), Arc::clone(&count));
            connections.spawn(async move {
                // A client that leaves ends it.
                if let Ok(stream) = acceptor.accept(stream).await {
                    let is_old = stream.get_ref().1.alpn_protocol() == Some(b"http/1.1");
                    drop(if is_old {
                        serve_as_of_old(stream).await
                    } else {
                        serve(stream, first, &count).await
                    });
                }
            });
        }
    });
    Server { url, roots, requests, _tasks: tasks }
}

async fn serve(
    mut stream: TlsStream<TcpStream>,
    first: First,
    requests: &AtomicUsize,
) -> std::io::Result<()> {
    stream.read_exact(&mut [0; 24]).await?;
    stream.write_all(&frame(SETTINGS, 0, [0; 4], &[])).await?;
    loop {
        let mut head = [0; 9];
        stream.read_exact(&mut head).await?;
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let mut rest = vec![0; usize::try_from(length).unwrap()];
        stream.read_exact(&mut rest).await?;
        let on = [head[5], head[6], head[7], head[8]];
        if head[3] == SETTINGS && head[4] == 0 {
            stream.write_all(&frame(SETTINGS, 1, on, &[])).await?;
        }
        if head[3] != HEADERS {
            continue;
        }
        let before = requests.fetch_add(1, Ordering::SeqCst);
        match first {
            First::Refuses(most) if before < most => {
                let refused = frame(RST_STREAM, 0, on, &[0, 0, 0, REFUSED_STREAM]);
                stream.write_all(&refused).await?;
            }
            First::GoesAway if before == 0 => {
                // No stream was taken in, and nothing is wrong.
                stream.write_all(&frame(GOAWAY, 0, [0; 4], &[0; 8])).await?;
                return stream.shutdown().await;
            }
            _ => {
                // `:status: 200` in the static table of HPACK; the end of headers, then of all.
                stream.write_all(&frame(HEADERS, 4, on, &[0x88])).await?;
                stream.write_all(&frame(DATA, 1, on, b"<rss/>")).await?;
            }
        }
    }
}

/// One answer over HTTP/1.1.
async fn serve_as_of_old(mut stream: TlsStream<TcpStream>) -> std::io::Result<()> {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        request.push(stream.read_u8().await?);
    }
    let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\n<rss/>";
    stream.write_all(answer).await?;
    stream.shutdown().await
}

fn frame(kind: u8, flags: u8, stream: [u8; 4], payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream, payload].concat()
}

async fn get(server: &Server) -> Result<Reply, FetchError> {
    get_with(server, Access::default()).await
}

async fn get_with(server: &Server, access: Access) -> Result<Reply, FetchError> {
    let allow = vec!["127.0.0.1".parse().unwrap()];
    let access = [(server.url.clone(), access)].into();
    let settings = Settings { allow, access, ..Settings::default() };
    let request = Request { url: server.url.clone(), ..Request::default() };
    Http::trusting(&server.roots, settings).unwrap().get(&request).await
}

#[tokio::test]
async fn a_refused_stream_is_asked_again_in_the_same_poll() {
    let server = server(First::Refuses(1)).await;
    assert_eq!(get(&server).await.unwrap().body, b"<rss/>");
    assert_eq!(server.requests.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_connection_that_goes_away_is_replaced() {
    let server = server(First::GoesAway).await;
    assert_eq!(get(&server).await.unwrap().body, b"<rss/>");
    assert_eq!(server.requests.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn who_always_refuses_is_left_alone() {
    let server = server(First::Refuses(usize::MAX)).await;
    let error = get(&server).await.unwrap_err();
    assert_eq!(error.problem.kind, ProblemKind::Connect, "{error}");
    assert_eq!(server.requests.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn a_feed_may_be_asked_in_the_old_version() {
    let server = server(First::Refuses(usize::MAX)).await;
    let mut access = Access::default();
    access.speak_http1();
    assert_eq!(get_with(&server, access).await.unwrap().body, b"<rss/>");
    assert_eq!(server.requests.load(Ordering::SeqCst), 0);
}
