//! Why a request is refused before anybody looks at what it asks for. The connection is closed after each of these: where
//! the next request begins cannot be known.

/// What is wrong with a head or with a body's framing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The first line.
    #[error("The request line is malformed.")]
    RequestLine,
    /// Another version.
    #[error("Only HTTP/1.0, HTTP/1.1 and, where it was agreed on, HTTP/2 are spoken here.")]
    Version,
    /// A header field's name or value.
    #[error("A header field is malformed: expected \"name: value\" on one line, without a space before the colon.")]
    HeaderField,
    /// A line that ends with a line feed alone.
    #[error("A line of the head ends with a bare line feed.")]
    BareLineFeed,
    /// More fields than there is room for.
    #[error("The request has more than {} header fields.", crate::head::HEADERS_MAX)]
    TooManyHeaders,
    /// A longer head than there is room for.
    #[error("The request's head has more than {} bytes.", crate::head::HEAD_BYTES_MAX)]
    HeadTooLarge,
    /// A longer target than there is room for.
    #[error("The request's target has more than {} bytes.", crate::head::TARGET_BYTES_MAX)]
    TargetTooLong,
    /// No `Host`.
    #[error("The header field Host is missing.")]
    HostMissing,
    /// Several.
    #[error("The header field Host comes twice.")]
    HostTwice,
    /// One that names no host.
    #[error("The header field Host is malformed.")]
    HostMalformed,
    /// A length that is no number.
    #[error("The header field Content-Length is malformed.")]
    LengthMalformed,
    /// Several lengths, be they equal.
    #[error("The header field Content-Length comes twice.")]
    LengthTwice,
    /// Two framings.
    #[error("Content-Length and Transfer-Encoding exclude each other.")]
    LengthAndCoding,
    /// Another coding than `chunked`, or more than one.
    #[error("The only transfer coding understood here is \"chunked\", once, and in HTTP/1.1.")]
    TransferCoding,
    /// Another expectation than `100-continue`.
    #[error("The only expectation understood here is \"100-continue\".")]
    Expectation,
    /// A chunk's size, extension, end or trailer.
    #[error("The chunked body is malformed, or uses chunk extensions, which are not understood here.")]
    Chunk,
}

impl Refusal {
    /// The status code that says so.
    pub fn status(self) -> http::StatusCode {
        use http::StatusCode as S;
        match self {
            Self::Version => S::HTTP_VERSION_NOT_SUPPORTED,
            Self::TooManyHeaders | Self::HeadTooLarge => S::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::TargetTooLong => S::URI_TOO_LONG,
            Self::TransferCoding => S::NOT_IMPLEMENTED,
            Self::Expectation => S::EXPECTATION_FAILED,
            _ => S::BAD_REQUEST,
        }
    }
}
