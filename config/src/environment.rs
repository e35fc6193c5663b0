//! Where a service runs.

use std::fmt;

use crate::Table;

/// Where a service runs: what is handy in a demonstration is refused in production.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Environment {
    /// Real shoppers.
    #[default]
    Production,
    /// A demonstration, or a test.
    Demo,
}

impl Environment {
    /// Reads `environment`: production, where it is not said.
    pub fn read(top: &Table<'_>) -> Option<Self> {
        let words = [Self::Production, Self::Demo].map(|one| (one.as_str(), one));
        top.optional("environment").map_or(Some(Self::default()), |field| field.choice(&words))
    }

    /// As the configuration spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::Demo => "demo",
        }
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn read(text: &str) -> Result<Environment, String> {
        let read = |document: &crate::Field<'_>| Environment::read(&document.table(&["environment"])?);
        crate::parse(text, Path::new(""), read).map_err(|faults| faults[0].to_string())
    }

    #[test]
    fn an_environment_that_is_not_said_is_production() {
        assert_eq!(read(""), Ok(Environment::Production));
        assert_eq!(read("environment = \"production\""), Ok(Environment::Production));
        assert_eq!(read("environment = \"demo\""), Ok(Environment::Demo));
    }

    #[test]
    fn an_unknown_environment_is_refused() {
        let expected = "environment: expected \"production\" or \"demo\", found";
        assert_eq!(read("environment = \"staging\""), Err(format!("{expected} \"staging\"")));
        assert_eq!(read("environment = 1"), Err(format!("{expected} 1")));
    }
}
