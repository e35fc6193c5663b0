//! Lines that wait for the writer: numbers in one list, texts in one buffer, no allocation for a line.

use std::net::IpAddr;

use doorbuster_http_core::trace::TraceId;
use doorbuster_proto::Timestamp;
use http::{HeaderValue, StatusCode, Version};

use super::entry::{Answered, Asked, Head};
use super::{FIELD_BYTES_MAX, LINES_WAITING_MAX, TEXT_WAITING_BYTES_MAX};

const TEXTS: usize = 6;

/// Lines in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Batch {
    records: Vec<Record>,
    text: Vec<u8>,
}

#[derive(Debug)]
struct Record {
    answered: Answered,
    address: IpAddr,
    secure: bool,
    trace_id: TraceId,
    version: Option<Version>,
    starts: usize,
    lengths: [u16; TEXTS],
}

/// One line, as the formats read it. A text that is not there is empty.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'a> {
    pub(super) at: Timestamp,
    pub(super) status: StatusCode,
    pub(super) bytes: u64,
    pub(super) took_us: u128,
    pub(super) address: IpAddr,
    pub(super) secure: bool,
    pub(super) trace_id: TraceId,
    pub(super) version: Option<Version>,
    pub(super) method: &'a [u8],
    pub(super) host: &'a [u8],
    pub(super) target: &'a [u8],
    pub(super) referer: &'a [u8],
    pub(super) user_agent: &'a [u8],
    pub(super) request_id: &'a [u8],
}

impl Batch {
    /// Copies a line in; false where it does not fit.
    pub(super) fn push(&mut self, asked: &Asked, answered: &Answered) -> bool {
        let texts = texts(asked);
        let needs: usize = texts.iter().map(|text| text.len()).sum();
        if self.records.len() >= LINES_WAITING_MAX || self.text.len() + needs > TEXT_WAITING_BYTES_MAX {
            return false;
        }
        self.records.push(Record {
            answered: *answered,
            address: asked.address,
            secure: asked.secure,
            trace_id: asked.trace_id,
            version: asked.head.as_ref().map(|head| head.version),
            starts: self.text.len(),
            lengths: texts.map(|text| u16::try_from(text.len()).expect("a field was cut")),
        });
        for text in texts {
            self.text.extend_from_slice(text);
        }
        true
    }

    pub(super) fn len(&self) -> usize {
        self.records.len()
    }

    pub(super) fn is_half_full(&self) -> bool {
        self.records.len() >= LINES_WAITING_MAX / 2 || self.text.len() >= TEXT_WAITING_BYTES_MAX / 2
    }

    /// Forgets the lines, and keeps the room.
    pub(super) fn clear(&mut self) {
        self.records.clear();
        self.text.clear();
    }

    pub(super) fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        self.records.iter().map(|record| self.line(record))
    }

    fn line(&self, record: &Record) -> Line<'_> {
        let mut rest = &self.text[record.starts..];
        let [method, host, target, referer, user_agent, request_id] = record.lengths.map(|length| {
            let (text, after) = rest.split_at(length.into());
            rest = after;
            text
        });
        let Answered { at, status, bytes, took } = record.answered;
        let Record { address, secure, trace_id, version, .. } = *record;
        let took_us = took.as_micros();
        Line {
            at,
            status,
            bytes,
            took_us,
            address,
            secure,
            trace_id,
            version,
            method,
            host,
            target,
            referer,
            user_agent,
            request_id,
        }
    }
}

fn texts(asked: &Asked) -> [&[u8]; TEXTS] {
    let request_id = asked.request_id.as_str().as_bytes();
    let texts = match &asked.head {
        Some(head) => head_texts(head, request_id),
        None => [&[], &[], &[], &[], &[], request_id],
    };
    texts.map(|text| &text[..text.len().min(FIELD_BYTES_MAX)])
}

fn head_texts<'a>(head: &'a Head, request_id: &'a [u8]) -> [&'a [u8]; TEXTS] {
    let [referer, user_agent] =
        [&head.referer, &head.user_agent].map(|value| value.as_ref().map_or(&[][..], HeaderValue::as_bytes));
    [head.method.as_str().as_bytes(), head.host(), head.target().as_bytes(), referer, user_agent, request_id]
}
