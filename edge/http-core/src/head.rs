//! The head of an HTTP/1.1 request, read strictly (RFC 9112): what two readers could understand in two ways is refused,
//! since a proxy before this one may have understood the other.

use std::mem::MaybeUninit;

use httparse::{Header, Status};

use crate::refusal::Refusal;
use crate::tokens::{self, trim};

/// The most header fields of a request.
pub const HEADERS_MAX: usize = 64;
/// The most bytes of a request's line and header fields.
pub const HEAD_BYTES_MAX: usize = 16 << 10;
/// The most bytes of a request's target.
pub const TARGET_BYTES_MAX: usize = 4 << 10;

/// What a client that knows of HTTP/2 begins with (RFC 9113, 3.4).
const HTTP2_PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Whether these are the first bytes of an HTTP/2 connection. `None`: they could be; more must come.
pub fn is_http2_preface(bytes: &[u8]) -> Option<bool> {
    if bytes.starts_with(HTTP2_PREFACE) {
        return Some(true);
    }
    if HTTP2_PREFACE.starts_with(bytes) { None } else { Some(false) }
}

/// Room for the header fields of a head. It is not cleared beforehand: that would cost more than reading most heads.
pub struct Slots<'b>([MaybeUninit<Header<'b>>; HEADERS_MAX]);

impl Default for Slots<'_> {
    fn default() -> Self {
        Self([const { MaybeUninit::uninit() }; HEADERS_MAX])
    }
}

impl std::fmt::Debug for Slots<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Slots")
    }
}

/// How a request's body is delimited (RFC 9112, 6.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framing {
    /// There is none.
    None,
    /// So many bytes.
    Length(u64),
    /// In chunks.
    Chunked,
}

/// A head that is whole and means one thing.
#[derive(Debug)]
pub struct Head<'b> {
    /// The method, as it came.
    pub method: &'b str,
    /// The target, as it came.
    pub target: &'b str,
    /// Whether the request is of HTTP/1.0.
    pub is_http_10: bool,
    /// The header fields, in order.
    pub headers: &'b [Header<'b>],
    /// The host: of the target, where that is in absolute form, else of the field. Empty where HTTP/1.0 sent none.
    pub host: &'b str,
    /// How the body is delimited.
    pub framing: Framing,
    /// Whether the client lets the connection live on after the answer.
    pub keeps_alive: bool,
    /// Whether the client waits for a word before it sends the body.
    pub expects_continue: bool,
    /// Bytes of the head, with the empty line at its end.
    pub bytes: usize,
}

impl<'b> Head<'b> {
    /// Reads the head at the start of `bytes`. `None`: it is not whole yet.
    ///
    /// # Errors
    /// [`Refusal`]: what is there cannot be served, nor can what follows it be trusted.
    pub fn parse<'s>(bytes: &'b [u8], slots: &'s mut Slots<'b>) -> Result<Option<Head<'s>>, Refusal>
    where
        'b: 's,
    {
        let mut request = httparse::Request::new(&mut []);
        let length = match request.parse_with_uninit_headers(bytes, &mut slots.0) {
            Ok(Status::Complete(length)) => length,
            Ok(Status::Partial) => return partial(bytes, request.path).map(|()| None),
            Err(error) => return Err(refusal_of(error, bytes)),
        };
        if length > HEAD_BYTES_MAX {
            return Err(Refusal::HeadTooLarge);
        }
        if has_bare_line_feed(&bytes[..length]) {
            return Err(Refusal::BareLineFeed);
        }
        let (Some(method), Some(target), Some(version)) = (request.method, request.path, request.version) else {
            return Err(Refusal::RequestLine);
        };
        if target.len() > TARGET_BYTES_MAX {
            return Err(Refusal::TargetTooLong);
        }
        let fields = Fields::read(request.headers, version == 0)?;
        Ok(Some(Head {
            method,
            target,
            is_http_10: version == 0,
            host: fields.host(target, version == 0)?,
            headers: request.headers,
            framing: fields.framing(version == 0)?,
            keeps_alive: fields.keeps_alive(version == 0),
            expects_continue: fields.expects_continue && version == 1,
            bytes: length,
        }))
    }

    /// The values of the fields of this name, in order. `name` is in lower case.
    pub fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'b [u8]> + 'a {
        let named = |header: &&Header<'b>| header.name.eq_ignore_ascii_case(name);
        self.headers.iter().filter(named).map(|header| header.value)
    }
}

/// Of the fields that decide about the connection, what there is.
#[derive(Default)]
struct Fields<'b> {
    host: Option<&'b str>,
    length: Option<u64>,
    chunked: bool,
    expects_continue: bool,
    connection: Connection,
}

/// What the client says of the connection.
#[derive(Default)]
struct Connection {
    closes: bool,
    keeps: bool,
}

impl<'b> Fields<'b> {
    fn read(headers: &[Header<'b>], is_http_10: bool) -> Result<Self, Refusal> {
        let mut fields = Self::default();
        for header in headers {
            // A length is compared before letters are: most names are none of these.
            match header.name.len() {
                4 if header.name.eq_ignore_ascii_case("host") => fields.take_host(header.value)?,
                6 if header.name.eq_ignore_ascii_case("expect") => fields.take_expect(header.value, is_http_10)?,
                10 if header.name.eq_ignore_ascii_case("connection") => fields.take_connection(header.value),
                14 if header.name.eq_ignore_ascii_case("content-length") => fields.take_length(header.value)?,
                17 if header.name.eq_ignore_ascii_case("transfer-encoding") => fields.take_coding(header.value)?,
                _ => {}
            }
        }
        Ok(fields)
    }

    fn take_host(&mut self, value: &'b [u8]) -> Result<(), Refusal> {
        let host = std::str::from_utf8(value).map_err(|_| Refusal::HostMalformed)?;
        if self.host.replace(host).is_some() {
            return Err(Refusal::HostTwice);
        }
        Ok(())
    }

    fn take_length(&mut self, value: &[u8]) -> Result<(), Refusal> {
        let length = tokens::decimal(value).ok_or(Refusal::LengthMalformed)?;
        if self.length.replace(length).is_some() {
            return Err(Refusal::LengthTwice);
        }
        Ok(())
    }

    fn take_coding(&mut self, value: &[u8]) -> Result<(), Refusal> {
        if self.chunked || !trim(value).eq_ignore_ascii_case(b"chunked") {
            return Err(Refusal::TransferCoding);
        }
        self.chunked = true;
        Ok(())
    }

    fn take_connection(&mut self, value: &[u8]) {
        for option in tokens::list(value) {
            self.connection.closes |= option.eq_ignore_ascii_case(b"close");
            self.connection.keeps |= option.eq_ignore_ascii_case(b"keep-alive");
        }
    }

    /// RFC 9110, 10.1.1: an HTTP/1.0 client's expectation is ignored.
    fn take_expect(&mut self, value: &[u8], is_http_10: bool) -> Result<(), Refusal> {
        self.expects_continue = trim(value).eq_ignore_ascii_case(b"100-continue");
        if self.expects_continue || is_http_10 { Ok(()) } else { Err(Refusal::Expectation) }
    }

    fn framing(&self, is_http_10: bool) -> Result<Framing, Refusal> {
        match (self.chunked, self.length) {
            (true, Some(_)) => Err(Refusal::LengthAndCoding),
            // RFC 9112, 6.1: such a message's framing is not to be trusted.
            (true, None) if is_http_10 => Err(Refusal::TransferCoding),
            (true, None) => Ok(Framing::Chunked),
            (false, Some(0) | None) => Ok(Framing::None),
            (false, Some(length)) => Ok(Framing::Length(length)),
        }
    }

    fn keeps_alive(&self, is_http_10: bool) -> bool {
        !self.connection.closes && (self.connection.keeps || !is_http_10)
    }

    /// RFC 9112, 3.2: one host, and only one.
    fn host(&self, target: &'b str, is_http_10: bool) -> Result<&'b str, Refusal> {
        let field = match self.host {
            None if is_http_10 => "",
            None => return Err(Refusal::HostMissing),
            Some(host) => host,
        };
        if !is_authority(field) {
            return Err(Refusal::HostMalformed);
        }
        match authority_of(target) {
            Some(authority) if is_authority(authority) && !authority.is_empty() => Ok(authority),
            Some(_) => Err(Refusal::RequestLine),
            None => Ok(field),
        }
    }
}

/// The authority of a target in absolute form (RFC 9112, 3.2.2).
fn authority_of(target: &str) -> Option<&str> {
    if target.starts_with('/') {
        return None;
    }
    let (_, rest) = target.split_once("://")?;
    Some(rest.split(['/', '?']).next().unwrap_or(rest))
}

/// Letters, digits and what a host name, an address or a port is written with (RFC 3986, 3.2.2). No user, no path.
fn is_authority(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~:[]%!$&'()*+,;=".contains(&byte))
}

/// A head that is not whole yet may already be too large.
fn partial(bytes: &[u8], target: Option<&str>) -> Result<(), Refusal> {
    let target_bytes = target.map_or_else(|| unfinished_target(bytes), str::len);
    if target_bytes > TARGET_BYTES_MAX {
        return Err(Refusal::TargetTooLong);
    }
    if bytes.len() >= HEAD_BYTES_MAX { Err(Refusal::HeadTooLarge) } else { Ok(()) }
}

/// How much of a target is there before its line has ended.
fn unfinished_target(bytes: &[u8]) -> usize {
    let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or(bytes);
    if line.len() < bytes.len() {
        return 0;
    }
    line.iter().position(|byte| *byte == b' ').map_or(0, |space| line.len() - space)
}

fn has_bare_line_feed(head: &[u8]) -> bool {
    // Counted to the end, whatever is found: so many bytes are looked at together.
    let pairs = head.iter().zip(head.iter().skip(1));
    head.starts_with(b"\n") || pairs.filter(|(before, byte)| **byte == b'\n' && **before != b'\r').count() > 0
}

fn refusal_of(error: httparse::Error, bytes: &[u8]) -> Refusal {
    match error {
        httparse::Error::TooManyHeaders => Refusal::TooManyHeaders,
        httparse::Error::Version => version(bytes),
        httparse::Error::HeaderName | httparse::Error::HeaderValue | httparse::Error::NewLine => Refusal::HeaderField,
        httparse::Error::Status | httparse::Error::Token => Refusal::RequestLine,
    }
}

/// A version that is none is a malformed line; one that is another is refused as that.
fn version(bytes: &[u8]) -> Refusal {
    let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or(bytes);
    let mut words = line.trim_ascii_end().split(|byte| *byte == b' ').skip(2);
    let is_version = matches!(words.next(), Some([b'H', b'T', b'T', b'P', b'/', major, b'.', minor])
        if major.is_ascii_digit() && minor.is_ascii_digit() && words.next().is_none());
    if is_version { Refusal::Version } else { Refusal::RequestLine }
}

#[cfg(test)]
mod tests;
