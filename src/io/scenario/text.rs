//! A text that its copies share: a thousand patched copies of a folder hold once what none of them changes.

use sha2::{Digest, Sha256};
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

/// A text and, once asked for, its digest.
#[derive(Clone, Default)]
pub(in crate::io) struct Text(Arc<Held>);

#[derive(Default)]
struct Held {
    text: String,
    digest: OnceLock<[u8; 32]>,
}

impl Text {
    /// SHA-256 of the text; worked out once for all copies.
    pub fn digest(&self) -> &[u8; 32] {
        self.0.digest.get_or_init(|| Sha256::digest(self.as_bytes()).into())
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(Arc::new(Held { text, digest: OnceLock::new() }))
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0.text
    }
}
