//! HTTP's rules as the edge keeps them. Owns no socket, no clock and no file: bytes and header fields come in, decisions go
//! out.

pub mod chunked;
pub mod conditional;
pub mod encoding;
pub mod field_values;
pub mod forwarded;
pub mod head;
pub mod network;
pub mod proxy_header;
pub mod range;
pub mod refusal;
pub mod server_timing;
pub mod tokens;
pub mod trace;

pub use self::field_values::FieldValues;
pub use self::head::{Framing, Head};
pub use self::refusal::Refusal;
