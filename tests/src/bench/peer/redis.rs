//! As much of a Redis client as the bench needs: one command, one answer.

use std::path::Path;

use anyhow::Context as _;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::UnixStream;

pub(super) struct Redis(BufReader<UnixStream>);

impl Redis {
    pub(super) async fn connect(socket: &Path) -> anyhow::Result<Self> {
        let stream = UnixStream::connect(socket).await.with_context(|| format!("connect to {}", socket.display()))?;
        Ok(Self(BufReader::new(stream)))
    }

    /// Asks for something that is answered by a status or a number.
    pub(super) async fn ask(&mut self, words: &[&str]) -> anyhow::Result<String> {
        self.0.get_mut().write_all(&command(words)).await?;
        let mut line = String::new();
        self.0.read_line(&mut line).await?;
        let answer = line.trim_end().strip_prefix(['+', ':']).map(str::to_owned);
        answer.with_context(|| format!("Redis: {}: found {line:?}", words.join(" ")))
    }
}

/// A command as an array of bulk strings (RESP).
fn command(words: &[&str]) -> Vec<u8> {
    let parts = words.iter().map(|word| format!("${}\r\n{word}\r\n", word.len()));
    format!("*{}\r\n{}", words.len(), parts.collect::<String>()).into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_tells_the_length_of_its_words() {
        assert_eq!(command(&["LLEN", "a b"]), b"*2\r\n$4\r\nLLEN\r\n$3\r\na b\r\n");
    }
}
