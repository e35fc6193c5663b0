//! What the gate is told.

use std::path::PathBuf;

use doorbuster_config::{Environment, Field, Table};

const TOKEN_LASTS_S: u32 = 12 * 60 * 60;
const TOKEN_LASTS_S_MAX: u32 = 7 * 24 * 60 * 60;

/// Who may buy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Whether anyone may log in by a name alone.
    pub demo: bool,
    /// The file with the key that signs tokens: the same on every edge.
    pub token_key_file: PathBuf,
    /// How long a token lasts, in seconds.
    pub token_lasts_s: u32,
}

impl Config {
    pub(crate) fn read(top: &Table<'_>, environment: Option<Environment>) -> Option<Self> {
        let login = top.section("login", &["demo", "token_key_file", "token_lasts_s"])?;
        let demo = login.optional("demo").map_or(Some(false), |field| read_demo(&field, environment));
        let token_key_file = login.required("token_key_file", "a path").and_then(|field| field.file_path());
        let token_lasts_s = login.number("token_lasts_s", 60..=TOKEN_LASTS_S_MAX, TOKEN_LASTS_S);
        Some(Self { demo: demo?, token_key_file: token_key_file?, token_lasts_s: token_lasts_s? })
    }
}

fn read_demo(field: &Field<'_>, environment: Option<Environment>) -> Option<bool> {
    let demo = field.switch()?;
    if demo && environment == Some(Environment::Production) {
        field.wrong("false in production");
        return None;
    }
    Some(demo)
}

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read.
    #[error("login.token_key_file: expected a readable file, found none at {path}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A key that can be guessed.
    #[error("login.token_key_file: expected at least {least} bytes in {path}, found {found}")]
    Short {
        /// The file.
        path: PathBuf,
        /// How many bytes it must hold.
        least: usize,
        /// How many it holds.
        found: usize,
    },
}
