//! Requests over the network.

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc, time::Duration};

use reqwest::{
    Client, Proxy, Response, StatusCode,
    header::{
        ACCEPT, ACCEPT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue,
        IF_MODIFIED_SINCE, IF_NONE_MATCH, LOCATION,
    },
    redirect::Policy,
};
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use url::Url;

use super::{
    Access, Allowed, FetchError, Reply, Request, Settings, SetupError,
    access::Way,
    body::{self, Body},
    caching, error, guard, is_page,
    redirect::Trail,
};
use crate::model::{Problem, ProblemKind, Validators};

/// Feeds first, pages too, anything rather than nothing.
const ACCEPTED: &str = "application/rss+xml, application/atom+xml, application/feed+json, \
     application/rdf+xml, application/xml;q=0.9, text/xml;q=0.9, text/html;q=0.8, */*;q=0.5";

/// The same for pages.
const ACCEPTED_PAGES: HeaderValue =
    HeaderValue::from_static("text/html, application/xhtml+xml;q=0.9, */*;q=0.1");

/// What [`body::decode`] can undo. Deflate is not offered, since servers disagree on what it is.
const ACCEPTED_CODINGS: &str = "gzip, br, zstd";

/// How long an idle connection is kept: for the next feed of the same host, not for the next poll.
const IDLE: Duration = Duration::from_secs(30);

/// The header that asks for new entries only, and the one that grants it (RFC 3229).
const A_IM: HeaderName = HeaderName::from_static("a-im");
const IM: HeaderName = HeaderName::from_static("im");

/// Fetches over the network. Clones share their connections.
#[derive(Clone, Debug)]
pub struct Http {
    shared: Arc<Shared>,
}

/// What an answer may be.
#[derive(Clone, Copy, Debug)]
struct Wanted {
    is_page: bool,
    max_bytes: usize,
}

#[derive(Debug)]
struct Shared {
    settings: Settings,
    /// For the usual way.
    usual: Clients,
    /// For each other way that a feed is asked by.
    by_way: Vec<(Way, Clients)>,
}

/// Connections by one way.
#[derive(Debug)]
struct Clients {
    /// For each port that `allow` names together with an address; see [`guard::Resolver`].
    by_port: BTreeMap<u16, Client>,
    /// For all other ports.
    others: Client,
}

/// How a request is made that is not made as usual.
#[derive(Clone, Copy)]
struct Asking<'a> {
    access: &'a Access,
    /// Whether it begins at the feed's own origin.
    at_home: bool,
}

impl Http {
    /// Prepares connections under `settings`, trusting the certificates the system trusts.
    pub(super) fn new(settings: Settings) -> Result<Self, SetupError> {
        Self::trusting(&system_roots(), settings)
    }

    fn trusting(roots: &RootCertStore, settings: Settings) -> Result<Self, SetupError> {
        let usual = Clients::new(&settings, &Way::default(), roots.clone())?;
        let mut by_way: Vec<(Way, Clients)> = Vec::new();
        for Access { way, .. } in settings.access.values() {
            if *way != Way::default() && by_way.iter().all(|(known, _)| known != way) {
                by_way.push((way.clone(), Clients::new(&settings, way, roots.clone())?));
            }
        }
        Ok(Self { shared: Arc::new(Shared { settings, usual, by_way }) })
    }

    /// The limit on a body, in bytes.
    pub(super) fn max_bytes(&self) -> usize {
        self.shared.settings.max_bytes
    }

    /// The limits.
    pub(super) fn settings(&self) -> &Settings {
        &self.shared.settings
    }

    /// Connections for an address that is asked in the usual way.
    pub(super) fn client(&self, url: &Url) -> &Client {
        self.shared.usual.to(url)
    }

    /// Gets one document, redirects and decompression included, within the total time.
    pub(super) async fn get(&self, request: &Request) -> Result<Reply, FetchError> {
        let max_bytes = self.shared.settings.max_bytes;
        self.within_time(request, Wanted { is_page: false, max_bytes }).await
    }

    /// The same for a web page.
    pub(super) async fn page(
        &self,
        request: &Request,
        max_bytes: usize,
    ) -> Result<Reply, FetchError> {
        self.within_time(request, Wanted { is_page: true, max_bytes }).await
    }

    async fn within_time(&self, request: &Request, wanted: Wanted) -> Result<Reply, FetchError> {
        let limit = self.shared.settings.total_timeout;
        tokio::time::timeout(limit, self.follow(request, wanted)).await.unwrap_or_else(|_| {
            let detail = format!("the whole answer took longer than {limit:?}");
            Err(Problem::new(ProblemKind::Timeout, detail).into())
        })
    }

    async fn follow(&self, request: &Request, wanted: Wanted) -> Result<Reply, FetchError> {
        let nothing_known = Validators::default();
        let mut trail = Trail::start(&request.url, self.shared.settings.max_redirects)?;
        let feed = request.feed.as_ref().unwrap_or(&request.url);
        let asking = self
            .shared
            .settings
            .access
            .get(feed)
            .map(|access| Asking { access, at_home: trail.begins_at_origin_of(feed) });
        loop {
            let known = if trail.is_home() { &request.validators } else { &nothing_known };
            let response = self.send(&trail, known, asking, wanted).await?;
            let Some(location) = location(&response) else {
                let mut reply = self.reply(response, known, &trail, wanted).await?;
                // Who answered through a proxy is the proxy.
                let proxied = asking.is_some_and(|asking| asking.access.way.proxy.is_some());
                reply.peer = reply.peer.filter(|_| !proxied);
                return Ok(reply);
            };
            trail.follow(response.status(), location.as_bytes())?;
        }
    }

    async fn send(
        &self,
        trail: &Trail,
        known: &Validators,
        asking: Option<Asking<'_>>,
        wanted: Wanted,
    ) -> Result<Response, FetchError> {
        let (allow, url) = (&self.shared.settings.allow, trail.here());
        let mut headers = conditions(known, wanted);
        let mut clients = &self.shared.usual;
        if let Some(Asking { access, at_home }) = asking {
            access.dress(&mut headers, at_home && trail.never_left());
            clients = self.shared.by(&access.way);
        }
        match asking.and_then(|asking| asking.access.way.proxy.as_ref()) {
            Some(_) => guard::check_proxied(allow, url)?,
            None => guard::check(allow, url)?,
        }
        let sent = clients.to(url).get(url.clone()).headers(headers).send().await;
        sent.map_err(|e| error::transport(&e).into())
    }

    async fn reply(
        &self,
        response: Response,
        known: &Validators,
        trail: &Trail,
        wanted: Wanted,
    ) -> Result<Reply, FetchError> {
        let conditional = known.etag.is_some() || known.last_modified.is_some();
        match response.status() {
            StatusCode::NOT_MODIFIED if conditional => Ok(not_modified(&response, known, trail)),
            StatusCode::OK | StatusCode::NON_AUTHORITATIVE_INFORMATION => {
                self.document(response, trail, wanted).await
            }
            StatusCode::IM_USED if response.headers().get(IM).is_some_and(|im| im == "feed") => {
                self.document(response, trail, wanted).await
            }
            status => Err(error::refusal(status, response.headers())),
        }
    }

    async fn document(
        &self,
        mut response: Response,
        trail: &Trail,
        wanted: Wanted,
    ) -> Result<Reply, FetchError> {
        let hints = caching::hints(response.headers());
        if wanted.is_page {
            is_page(content_type(response.headers()).as_deref())?;
        }
        let body = match self.body(&mut response, wanted.max_bytes).await {
            Ok(body) => body,
            Err(problem) => {
                let status = Some(response.status().as_u16());
                return Err(FetchError { problem, hints: Box::new(hints), status });
            }
        };
        let validators = if body.cut {
            Validators::default()
        } else {
            caching::validators(response.headers(), None)
        };
        Ok(Reply {
            status: response.status().as_u16(),
            body: body.bytes,
            files: Vec::new(),
            truncated: body.cut,
            validators,
            hints,
            content_type: content_type(response.headers()),
            url: trail.end(),
            moved_to: trail.moved_to(),
            peer: response.remote_addr().map(|peer| peer.ip()),
        })
    }

    async fn body(&self, response: &mut Response, limit: usize) -> Result<Body, Problem> {
        let stated = body::codings(response.headers());
        let mut body = body::read(response, limit).await?;
        if body::is_coded(&body.bytes, &stated) {
            body = tokio::task::spawn_blocking(move || body::decode(body, stated, limit))
                .await
                .map_err(|e| {
                Problem::new(ProblemKind::Fault, format!("decompressing failed: {e}"))
            })??;
        }
        if body.bytes.is_empty() {
            let detail =
                format!("the server answered {} without a body", response.status().as_u16());
            return Err(Problem::new(ProblemKind::Status, detail));
        }
        Ok(body)
    }
}

impl Shared {
    fn by(&self, way: &Way) -> &Clients {
        let found = self.by_way.iter().find(|(known, _)| known == way);
        found.map_or(&self.usual, |(_, clients)| clients)
    }
}

impl Clients {
    fn new(settings: &Settings, way: &Way, mut roots: RootCertStore) -> Result<Self, SetupError> {
        roots.add_parsable_certificates(way.authorities.iter().cloned());
        let tls = tls(roots, way.http1)?;
        let proxy = way.proxy.as_ref().map(|url| Proxy::all(url.clone())).transpose();
        let proxy = proxy.map_err(SetupError::Client)?;
        if proxy.is_some() {
            let others = client(settings, tls, guard::Resolver::of_a_proxy(), proxy)?;
            return Ok(Self { by_port: BTreeMap::new(), others });
        }
        let allow: Arc<[Allowed]> = settings.allow.clone().into();
        let client = |port| {
            let allow = Arc::clone(&allow);
            client(settings, tls.clone(), guard::Resolver { allow, port }, None)
        };
        let ports = allow.iter().filter_map(|allowed| match allowed {
            Allowed::Socket(socket) => Some(SocketAddr::port(socket)),
            Allowed::Net(_) => None,
        });
        let by_port =
            ports.map(|port| Ok((port, client(Some(port))?))).collect::<Result<_, SetupError>>()?;
        Ok(Self { by_port, others: client(None)? })
    }

    fn to(&self, url: &Url) -> &Client {
        let port = url.port_or_known_default();
        port.and_then(|port| self.by_port.get(&port)).unwrap_or(&self.others)
    }
}

/// Where an answer sends us on to.
fn location(response: &Response) -> Option<HeaderValue> {
    match response.status().as_u16() {
        301 | 302 | 303 | 307 | 308 => response.headers().get(LOCATION).cloned(),
        _ => None,
    }
}

/// What makes a request conditional, or one for a page. New entries alone are asked for only with
/// an `ETag`, since the server must know against what they are new.
fn conditions(known: &Validators, wanted: Wanted) -> HeaderMap {
    let mut headers = HeaderMap::new();
    if wanted.is_page {
        headers.insert(ACCEPT, ACCEPTED_PAGES);
    }
    let exact = |text: &Option<String>| HeaderValue::from_bytes(text.as_ref()?.as_bytes()).ok();
    if let Some(etag) = exact(&known.etag) {
        headers.insert(IF_NONE_MATCH, etag);
        if !wanted.is_page {
            headers.insert(A_IM, HeaderValue::from_static("feed"));
        }
    }
    if let Some(last_modified) = exact(&known.last_modified) {
        headers.insert(IF_MODIFIED_SINCE, last_modified);
    }
    headers
}

fn not_modified(response: &Response, known: &Validators, trail: &Trail) -> Reply {
    Reply {
        status: response.status().as_u16(),
        body: Vec::new(),
        files: Vec::new(),
        truncated: false,
        validators: caching::confirmed(known, response.headers()),
        hints: caching::hints(response.headers()),
        content_type: content_type(response.headers()),
        url: trail.end(),
        moved_to: trail.moved_to(),
        peer: response.remote_addr().map(|peer| peer.ip()),
    }
}

fn content_type(headers: &HeaderMap) -> Option<String> {
    headers.get(CONTENT_TYPE).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}

fn client(
    settings: &Settings,
    tls: ClientConfig,
    resolver: guard::Resolver,
    proxy: Option<Proxy>,
) -> Result<Client, SetupError> {
    let fixed = [
        (ACCEPT, HeaderValue::from_static(ACCEPTED)),
        (ACCEPT_ENCODING, HeaderValue::from_static(ACCEPTED_CODINGS)),
    ];
    let mut builder = Client::builder().no_proxy();
    if let Some(proxy) = proxy {
        builder = builder.proxy(proxy);
    }
    builder
        .tls_backend_preconfigured(tls)
        .dns_resolver(resolver)
        .redirect(Policy::none())
        .referer(false)
        .user_agent(&settings.user_agent)
        .default_headers(fixed.into_iter().collect())
        .connect_timeout(settings.connect_timeout)
        .read_timeout(settings.read_timeout)
        .pool_idle_timeout(IDLE)
        .pool_max_idle_per_host(2)
        .build()
        .map_err(SetupError::Client)
}

/// The `ring` provider is named here, so that nothing depends on what the process installed.
fn tls(roots: RootCertStore, http1: bool) -> Result<ClientConfig, SetupError> {
    let mut tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(SetupError::Tls)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    tls.alpn_protocols.retain(|version| !http1 || version != b"h2");
    Ok(tls)
}

/// What the system trusts. A system without certificates can still fetch over plain HTTP.
fn system_roots() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        tracing::warn!("the system has no root certificates: https feeds cannot be fetched");
    }
    roots
}

#[cfg(test)]
mod nacks;
#[cfg(test)]
mod tests;
