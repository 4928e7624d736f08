use super::answer::Trouble;
use crate::io::results::folder::replace_file;
use clap::Args;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Where the proof of an answer goes.
#[derive(Clone, Debug, Args)]
pub struct Certificate {
    /// Writes open sites and multipliers there: `forecourt verify --answer` checks them without a solver.
    #[arg(long, value_name = "FILE")]
    certificate: Option<PathBuf>,
}

/// Open sites, objective and multipliers in whole numbers.
pub(super) struct Proof<'a> {
    pub format: &'a str,
    /// Sites to open where the command says so.
    pub count: Option<usize>,
    /// Positions of the open sites, from 0.
    pub open: Vec<usize>,
    pub objective: i64,
    pub scale: i64,
    pub multipliers: Vec<i64>,
}

impl Certificate {
    /// Whether one is wanted.
    pub(super) fn wanted(&self) -> bool {
        self.certificate.is_some()
    }

    /// Writes the file.
    pub(super) fn write(&self, instance: &Path, proof: &Proof) -> Result<(), Trouble> {
        let Some(path) = &self.certificate else { return Ok(()) };
        let bytes = std::fs::read(instance).map_err(|e| Trouble::Other(format!("{}: {e}", instance.display())))?;
        let sum = crate::digest::sha256(&bytes);
        let open: Vec<usize> = proof.open.iter().map(|i| i + 1).collect();
        let value: Value = json!({
            "format": proof.format, "sha256": sum, "count": proof.count, "open": open, "objective": proof.objective,
            "scale": proof.scale, "multipliers": proof.multipliers,
        });
        replace_file(path, format!("{value}\n").as_bytes())
            .map_err(|e| Trouble::Other(format!("{}: {e}; give another place with --certificate", path.display())))
    }
}
