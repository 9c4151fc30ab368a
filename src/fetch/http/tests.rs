//! Requests over TLS, with a certificate of our own.

use rustls::{ServerConfig, pki_types::PrivateKeyDer};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    task::JoinSet,
};
use tokio_rustls::TlsAcceptor;

use super::*;

/// A server that gives the same answer to everybody, over TLS.
struct Secure {
    url: String,
    pem: String,
    roots: RootCertStore,
    _tasks: JoinSet<()>,
}

async fn secure(answer: &'static str) -> Secure {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    let key = PrivateKeyDer::Pkcs8(made.signing_key.serialize_der().into());
    let server = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(server));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://localhost:{}/feed", listener.local_addr().unwrap().port());
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let mut request = [0; 4096];
            if stream.read(&mut request).await.is_ok_and(|n| n > 0) {
                stream.write_all(answer.as_bytes()).await.unwrap();
                stream.shutdown().await.unwrap();
            }
        }
    });
    Secure { url, pem: made.cert.pem(), roots, _tasks: tasks }
}

async fn get(roots: RootCertStore, url: &str) -> Result<Reply, FetchError> {
    let settings = Settings { allow: vec!["127.0.0.1".parse().unwrap()], ..Settings::default() };
    let request = Request { url: url.to_owned(), ..Request::default() };
    Http::trusting(&roots, settings).unwrap().get(&request).await
}

#[tokio::test]
async fn a_trusted_server_is_read() {
    let server = secure("HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\n<rss/>").await;
    let reply = get(server.roots.clone(), &server.url).await.unwrap();
    assert_eq!((reply.body.as_slice(), reply.url), (&b"<rss/>"[..], server.url));
}

#[tokio::test]
async fn a_server_nobody_vouches_for_is_not_read() {
    let server = secure("HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\n<rss/>").await;
    let error = get(RootCertStore::empty(), &server.url).await.unwrap_err();
    assert_eq!(error.problem.kind, ProblemKind::Tls);
    assert!(error.to_string().contains("UnknownIssuer"), "{error}");
    let elsewhere = server.url.replace("localhost", "127.0.0.1");
    let error = get(server.roots.clone(), &elsewhere).await.unwrap_err();
    assert_eq!(error.problem.kind, ProblemKind::Tls, "{error}");
}

#[tokio::test]
async fn an_authority_is_trusted_for_the_feeds_that_name_it() {
    let server = secure("HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\n<rss/>").await;
    let mut access = Access::default();
    access.trust(&server.pem).unwrap();
    let settings = Settings {
        allow: vec!["127.0.0.1".parse().unwrap()],
        access: [(server.url.clone(), access)].into(),
        ..Settings::default()
    };
    let http = Http::trusting(&RootCertStore::empty(), settings).unwrap();
    let other = format!("{}?other", server.url);
    let [named, other] =
        [server.url.clone(), other].map(|url| Request { url, ..Request::default() });
    assert_eq!(http.get(&named).await.unwrap().body, b"<rss/>");
    assert_eq!(http.get(&other).await.unwrap_err().problem.kind, ProblemKind::Tls);
}

#[tokio::test]
async fn a_secure_server_cannot_send_us_to_an_open_line() {
    let server = secure(
        "HTTP/1.1 301 Moved\r\nlocation: http://localhost/feed\r\ncontent-length: 0\r\n\r\n",
    )
    .await;
    let error = get(server.roots.clone(), &server.url).await.unwrap_err();
    assert_eq!(error.problem.kind, ProblemKind::Redirect);
    assert_eq!(error.problem.detail, "the server redirects from https to http");
}

#[tokio::test]
async fn an_open_line_where_a_secure_one_was_expected_is_not_used() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    let mut tasks = JoinSet::<()>::new();
    tasks.spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
        std::future::pending::<()>().await;
    });
    let error = get(RootCertStore::empty(), &url).await.unwrap_err();
    assert_eq!(error.problem.kind, ProblemKind::Tls, "{error}");
}
