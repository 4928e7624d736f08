//! A study of scenarios/tiny for tests, and the folders of its results.

#![allow(dead_code)] // Every test binary uses its own part of this.

use forecourt::digest::{hex, put};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// A study of scenarios/tiny and the folders of its results.
pub struct Trial {
    /// Where everything goes.
    pub home: TempDir,
    /// The study's file.
    pub study: PathBuf,
}

impl Trial {
    /// So many points, each with so many replications.
    pub fn new(points: usize, replications: usize) -> Self {
        let home = tempfile::tempdir().unwrap();
        let study = home.path().join("a study.toml");
        let text = format!(
            "base = '{}'\nreplications = {replications}\ndesign = \"sobol\"\npoints = {points}\n
[[axis]]\nname = \"demand\"\nrange = [0.8, 1.2]\ntable = \"zones\"\nscale = \"demand_factor\"\n
[[axis]]\nname = \"rival\"\nrange = [0.7, 1.3]\ntable = \"zones\"\nscale = \"rival_weight\"\n",
            Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/tiny").display()
        );
        fs::write(&study, text).unwrap();
        Self { home, study }
    }

    /// A folder for results.
    pub fn out(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// `forecourt study WHAT` of it.
    pub fn command(&self, what: &str, out: &Path) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_forecourt"));
        command.args(["study", what]).arg(&self.study).arg("--out").arg(out);
        command
    }

    /// Works a part.
    pub fn shard(&self, out: &Path, k: usize, n: usize) {
        let mut command = self.command("shard", out);
        done(command.args(["--quiet", "--threads", "1", "--part", &format!("{k}/{n}")]));
    }

    /// Works everything in one process; the digest.
    pub fn alone(&self) -> String {
        let out = self.out("alone");
        done(self.command("run", &out).arg("--quiet"));
        digest(&out)
    }

    /// Points that are not worked yet.
    pub fn missing(&self, out: &Path) -> usize {
        let status: Value = serde_json::from_str(&done(self.command("status", out).arg("--json"))).unwrap();
        usize::try_from(status["missing"].as_u64().unwrap()).unwrap()
    }
}

/// Bytes as text.
pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Runs a command that must succeed; returns its stdout.
pub fn done(command: &mut Command) -> String {
    let Output { status, stdout, stderr } = command.output().unwrap();
    assert!(status.success(), "{command:?}: {}\n{}", text(&stderr), text(&stdout));
    text(&stdout)
}

/// What a comparison says, to the last byte.
pub fn digest(out: &Path) -> String {
    let mut hash = Sha256::new();
    for file in ["points.csv", "points.parquet", "runs.parquet", "study.db", "effects.csv", "study.json", "study.html"]
    {
        put(&mut hash, fs::read(out.join(file)).unwrap_or_else(|e| panic!("{file} of {}: {e}", out.display())));
    }
    hex(&hash.finalize())
}
