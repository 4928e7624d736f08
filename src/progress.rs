//! What a long computation may tell its caller. The terminal's bars live in `cli/`.

/// Hears of the stages of a computation and of the steps inside them. Must not change the answer.
pub trait Observer: Sync {
    /// A stage begins; `steps` is how many steps it expects, 0 when that is unknown.
    fn stage(&self, name: &str, steps: u64);
    /// So many further steps of the current stage are done.
    fn advance(&self, steps: u64);
    /// A remark about the current stage (an incumbent and its gap, say).
    fn note(&self, text: &str);
}

/// Hears and forgets.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Observer for Silent {
    fn stage(&self, _name: &str, _steps: u64) {}
    fn advance(&self, _steps: u64) {}
    fn note(&self, _text: &str) {}
}
