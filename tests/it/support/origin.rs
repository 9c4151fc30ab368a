//! An HTTP server on the loopback that answers as a test wants, well or badly.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

/// A running server; it ends with its value.
pub(crate) struct Origin {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
    _tasks: JoinSet<()>,
}

impl Origin {
    /// Answers each request by what `answer` makes of it.
    pub(crate) async fn start(answer: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::<Mutex<Vec<Asked>>>::default();
        let (answer, log) = (Arc::new(answer), Arc::clone(&asked));
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let (answer, log) = (Arc::clone(&answer), Arc::clone(&log));
                connections.spawn(serve(stream, move |request: Asked| {
                    let reply = answer(&request);
                    log.lock().unwrap().push(request);
                    reply
                }));
            }
        });
        Self { address, asked, _tasks: tasks }
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address of `path`, which begins with `/`.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The requests answered so far, in order.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

/// A request.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// `GET`, usually.
    pub(crate) method: String,
    /// Path and query as they came.
    pub(crate) target: String,
    headers: Vec<(String, String)>,
    /// What was handed over.
    pub(crate) body: Vec<u8>,
}

impl Asked {
    /// The value of the header `name` (in lower case), if it came.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// An answer, and what becomes of the connection after it.
pub(crate) struct Answer {
    bytes: Vec<u8>,
    after: After,
}

enum After {
    NextRequest,
    Close,
    Silence,
    Repeat { piece: Vec<u8>, pause: Duration },
}

impl Answer {
    /// A whole answer with a length.
    pub(crate) fn new(status: u16, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Self {
        let body = body.as_ref();
        let length = body.len().to_string();
        let stated =
            if status == 304 { &[][..] } else { &[("content-length", length.as_str())][..] };
        let mut bytes = format!("HTTP/1.1 {status} Because\r\n").into_bytes();
        for (name, value) in headers.iter().chain(stated) {
            bytes.extend(format!("{name}: {value}\r\n").into_bytes());
        }
        bytes.extend(b"\r\n");
        bytes.extend(body);
        Self { bytes, after: After::NextRequest }
    }

    /// Exactly these bytes; then the connection is closed.
    pub(crate) fn raw(bytes: impl Into<Vec<u8>>) -> Self {
        Self { bytes: bytes.into(), after: After::Close }
    }

    /// Then nothing more, with the connection left open.
    pub(crate) fn then_silence(self) -> Self {
        Self { after: After::Silence, ..self }
    }

    /// Then `piece` again and again, with a pause before each.
    pub(crate) fn then_repeat(self, piece: impl Into<Vec<u8>>, pause: Duration) -> Self {
        Self { after: After::Repeat { piece: piece.into(), pause }, ..self }
    }
}

/// Serves one connection, until either side has had enough.
async fn serve(stream: TcpStream, mut answer: impl FnMut(Asked) -> Answer) {
    let mut stream = BufReader::new(stream);
    while let Some(request) = read_request(&mut stream).await {
        let Answer { bytes, after } = answer(request);
        if stream.write_all(&bytes).await.is_err() {
            return;
        }
        match after {
            After::NextRequest => {}
            After::Close => return,
            After::Silence => std::future::pending().await,
            After::Repeat { piece, pause } => loop {
                tokio::time::sleep(pause).await;
                if stream.write_all(&piece).await.is_err() {
                    return;
                }
            },
        }
    }
}

/// One request; none when the connection ends.
async fn read_request(stream: &mut BufReader<TcpStream>) -> Option<Asked> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
            return None;
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        lines.push(line.to_owned());
    }
    let mut first = lines.first()?.split(' ');
    let (method, target) = (first.next()?.to_owned(), first.next()?.to_owned());
    let headers: Vec<(String, String)> = lines[1..]
        .iter()
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let mut body = vec![0; length.map_or(0, |(_, length)| length.parse().unwrap())];
    stream.read_exact(&mut body).await.ok()?;
    Some(Asked { method, target, headers, body })
}
