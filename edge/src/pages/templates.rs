//! The templates that the edge fills in for one shopper.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use minijinja::{Environment, ErrorKind, UndefinedBehavior, Value};

use super::Error;

/// Instructions that one page may take: a few hundred times what the shop's own pages do.
const FUEL_MAX: u64 = 1_000_000;
/// Pages within pages, macros within macros.
const RECURSION_MAX: usize = 32;

/// A site's templates, read.
pub struct Templates {
    environment: Environment<'static>,
}

impl fmt::Debug for Templates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.environment.templates().map(|(name, _)| name)).finish()
    }
}

impl Templates {
    /// Reads templates; `assets` is what their function `asset(name)` knows.
    pub(super) fn build(
        sources: BTreeMap<String, String>,
        assets: Arc<BTreeMap<String, String>>,
    ) -> Result<Self, Error> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_fuel(Some(FUEL_MAX));
        environment.set_recursion_limit(RECURSION_MAX);
        environment.add_function("asset", move |name: &str| asset(&assets, name));
        for (name, source) in sources {
            environment.add_template_owned(name.clone(), source).map_err(|error| at(&name, error))?;
        }
        Ok(Self { environment })
    }

    /// Fills a template in.
    ///
    /// # Errors
    /// [`Error::Template`] when there is no such template, or the context lacks what it asks for.
    pub fn render(&self, name: &str, context: Value) -> Result<String, Error> {
        let render = || self.environment.get_template(name)?.render(context);
        render().map_err(|error| at(name, error))
    }

    /// Whether there is such a template.
    pub(super) fn has(&self, name: &str) -> bool {
        self.environment.get_template(name).is_ok()
    }
}

fn asset(assets: &BTreeMap<String, String>, name: &str) -> Result<Value, minijinja::Error> {
    let unknown = || format!("expected an asset's name, found {name:?}");
    let path = assets.get(name).ok_or_else(|| minijinja::Error::new(ErrorKind::InvalidOperation, unknown()))?;
    let plain = path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/._-".contains(&byte));
    // A plain path means the same escaped or not; unescaped it reads as what it is.
    Ok(if plain { Value::from_safe_string(path.clone()) } else { path.clone().into() })
}

fn at(name: &str, source: minijinja::Error) -> Error {
    Error::Template { name: name.to_owned(), source: Box::new(source) }
}
