//! One answer, read to the connection's end.

use std::io::Read as _;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::requests::{Request, Validator};
use crate::world::SOON;

const FIELDS_MAX: usize = 64;

#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) status: u16,
    fields: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

/// One part of a multipart answer: its range, its type, its bytes.
pub(super) type Part = (String, String, Vec<u8>);

impl Answer {
    /// Asks a server, with its own entity tags in place of `@`.
    pub(super) async fn to(server: SocketAddr, request: &Request, own: &Validator) -> Self {
        let mut stream = TcpStream::connect(server).await.unwrap();
        stream.write_all(request.spelled(own).as_bytes()).await.unwrap();
        let mut bytes = Vec::new();
        let read = timeout(SOON, stream.read_to_end(&mut bytes)).await;
        read.unwrap_or_else(|_| panic!("{server} does not end: {request:?}")).unwrap();
        Self::read(&bytes)
    }

    fn read(bytes: &[u8]) -> Self {
        let mut fields = [httparse::EMPTY_HEADER; FIELDS_MAX];
        let mut head = httparse::Response::new(&mut fields);
        let length = head.parse(bytes).unwrap().unwrap();
        let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
        let fields = head.headers.iter().map(|field| (field.name.to_ascii_lowercase(), text(field.value))).collect();
        Self { status: head.code.unwrap(), fields, body: bytes[length..].to_vec() }
    }

    pub(super) fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    /// The content type without its parameters.
    pub(super) fn essence(&self) -> Option<&str> {
        self.field("content-type").map(essence)
    }

    /// The body as it was before it was compressed; nothing, where none came.
    pub(super) fn decoded(&self) -> Vec<u8> {
        if self.body.is_empty() {
            return Vec::new();
        }
        let mut bytes = Vec::new();
        let read = match self.field("content-encoding") {
            Some("br") => brotli::Decompressor::new(&self.body[..], 4_096).read_to_end(&mut bytes),
            Some("zstd") => zstd::Decoder::new(&self.body[..]).and_then(|mut decoder| decoder.read_to_end(&mut bytes)),
            Some("gzip") => flate2::read::GzDecoder::new(&self.body[..]).read_to_end(&mut bytes),
            _ => return self.body.clone(),
        };
        read.expect("a body is in the encoding that it says");
        bytes
    }

    /// The parts of a multipart answer, in order.
    pub(super) fn parts(&self) -> Option<Vec<Part>> {
        let content_type = self.field("content-type")?;
        let boundary = content_type.strip_prefix("multipart/byteranges; boundary=")?;
        let body = [b"\r\n", self.body.trim_ascii_start()].concat();
        let ends = format!("\r\n--{boundary}--\r\n");
        let body = body.strip_suffix(ends.as_bytes()).expect("a multipart body ends as its boundary says");
        let between = format!("\r\n--{boundary}\r\n");
        Some(split(body, between.as_bytes()).iter().skip(1).map(|part| Self::part(part)).collect())
    }

    fn part(bytes: &[u8]) -> Part {
        let as_answer = Self::read(&[b"HTTP/1.1 206 x\r\n", bytes].concat());
        let (range, essence) = (as_answer.field("content-range"), as_answer.essence());
        (range.unwrap_or_default().to_owned(), essence.unwrap_or_default().to_owned(), as_answer.body)
    }
}

fn essence(content_type: &str) -> &str {
    content_type.split(';').next().unwrap_or_default().trim()
}

fn split<'a>(bytes: &'a [u8], between: &[u8]) -> Vec<&'a [u8]> {
    let (mut parts, mut rest) = (Vec::new(), bytes);
    while let Some(at) = rest.windows(between.len()).position(|window| window == between) {
        parts.push(&rest[..at]);
        rest = &rest[at + between.len()..];
    }
    parts.push(rest);
    parts
}
