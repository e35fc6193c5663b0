//! HTTP's rules as the edge keeps them. Owns no socket, no clock and no file: bytes and header fields come in, decisions go out.
