//! What has arrived and is not understood yet. Its buffer is lent by the thread while there is something in it.

use std::cell::Cell;
use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use bytes::{Buf as _, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt as _};

/// What is asked of the kernel at once; room for any head that is taken.
const READ_BYTES: usize = 16 << 10;

thread_local! {
    static SPARE: Cell<BytesMut> = Cell::new(BytesMut::new());
}

/// Bytes that have arrived.
#[derive(Debug, Default)]
pub(super) struct Input {
    bytes: BytesMut,
}

impl Input {
    /// What is there.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Drops so many bytes.
    pub(super) fn skip(&mut self, count: usize) {
        self.bytes.advance(count);
        self.return_spare();
    }

    /// Takes so many bytes.
    pub(super) fn take(&mut self, count: usize) -> Bytes {
        self.bytes.split_to(count).freeze()
    }

    /// Takes all that is there.
    pub(super) fn take_all(&mut self) -> Bytes {
        self.bytes.split().freeze()
    }

    /// Reads more; 0 when the peer sends no more.
    pub(super) fn poll_fill<Io: AsyncRead + Unpin>(
        &mut self,
        io: &mut Io,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        if self.bytes.is_empty() {
            self.bytes = SPARE.take();
            self.bytes.clear();
        }
        self.bytes.reserve(READ_BYTES);
        let read = {
            let reading = pin!(io.read_buf(&mut self.bytes));
            Future::poll(reading as Pin<&mut _>, cx)
        };
        self.return_spare();
        read
    }

    fn return_spare(&mut self) {
        if self.bytes.is_empty() {
            SPARE.set(std::mem::take(&mut self.bytes));
        }
    }
}
