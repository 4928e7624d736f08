//! `forecourt xlsx export` and `import`: a scenario as a workbook and back, results as a planner's book.

use super::terminal::{print, say};
use super::{check, exit};
use crate::io::workbook::{BookError, SHEET_CELLS, export, import, planner};
use serde_json::json;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  forecourt xlsx export scenarios/tiny --out tiny.xlsx     every table a sheet, with notes and drop-downs
  forecourt xlsx import tiny.xlsx --out scenarios/mine     back to a scenario folder; faults name sheet and cell
  forecourt xlsx export results/tiny --out week.xlsx       a planner's book of results")]
pub(super) struct XlsxArgs {
    #[command(subcommand)]
    way: Way,
}

#[derive(Debug, clap::Subcommand)]
enum Way {
    /// Write a scenario, or results, as a workbook.
    Export {
        /// Folder of a scenario or of results.
        folder: PathBuf,
        /// The workbook.
        #[arg(long, value_name = "BOOK.xlsx")]
        out: PathBuf,
        /// A table with more cells than this stays a CSV file beside the book, linked by its hash.
        #[arg(long, value_name = "N", default_value_t = SHEET_CELLS as u64, value_parser = clap::value_parser!(u64).range(0..=10_000_000))]
        cells: u64,
        /// Print one JSON object on stdout.
        #[arg(long)]
        json: bool,
    },
    /// Read a workbook as a scenario and write its folder.
    Import {
        /// The workbook.
        book: PathBuf,
        /// The scenario's folder; new or empty.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        /// Write over the scenario that the folder holds.
        #[arg(long)]
        replace: bool,
        /// Print one JSON object on stdout.
        #[arg(long)]
        json: bool,
    },
}

/// Runs the command.
pub(super) fn run(args: &XlsxArgs) -> u8 {
    let done = match &args.way {
        Way::Export { folder, out, cells, json } if folder.join("scenario.toml").is_file() => {
            scenario(folder, out, *cells as usize, *json)
        }
        Way::Export { folder, out, json, .. } => results(folder, out, *json),
        Way::Import { book, out, replace, json } => back(book, out, *replace, *json),
    };
    done.unwrap_or_else(|e| refused(&e))
}

fn refused(error: &BookError) -> u8 {
    match error {
        BookError::Faults(faults) => check::refused(faults),
        BookError::Read { .. } => {
            say(&format!("forecourt: {error}"));
            exit::BAD_INPUT
        }
        BookError::Write { .. } => {
            say(&format!("forecourt: {error}"));
            exit::CANNOT_WRITE
        }
    }
}

fn scenario(folder: &Path, out: &Path, most: usize, as_json: bool) -> Result<u8, BookError> {
    let done = export(folder, out, most)?;
    if as_json {
        let linked: Vec<_> = done.linked.iter().map(|(p, rows)| json!({"file": p, "rows": rows})).collect();
        let sheets: Vec<_> = done.sheets.iter().map(|(n, rows)| json!({"sheet": n, "rows": rows})).collect();
        return Ok(print(&format!("{}\n", json!({"book": out, "sheets": sheets, "linked": linked}))));
    }
    let mut text = format!("book: {} ({})\n", out.display(), check::counted(done.sheets.len() as u64, "table"));
    for (path, rows) in &done.linked {
        text += &format!("beside it, too large for a sheet: {} ({rows} rows)\n", path.display());
    }
    Ok(print(&text))
}

fn results(folder: &Path, out: &Path, as_json: bool) -> Result<u8, BookError> {
    let sheets = planner(folder, out)?;
    if as_json {
        let list: Vec<_> = sheets.iter().map(|(n, rows)| json!({"sheet": n, "rows": rows})).collect();
        return Ok(print(&format!("{}\n", json!({"book": out, "sheets": list}))));
    }
    Ok(print(&format!("book: {} ({})\n", out.display(), check::counted(sheets.len() as u64, "sheet"))))
}

fn back(book: &Path, out: &Path, replace: bool, as_json: bool) -> Result<u8, BookError> {
    let done = import(book, out, replace)?;
    done.remarks.iter().for_each(|r| say(&format!("note: {r}")));
    if as_json {
        let files: Vec<_> = done.files.iter().map(|(f, rows)| json!({"file": f, "rows": rows})).collect();
        return Ok(print(&format!("{}\n", json!({"scenario": out, "files": files, "notes": done.remarks}))));
    }
    let count = check::counted(done.files.len() as u64, "file");
    Ok(print(&format!("scenario: {} ({count}); next: forecourt check {}\n", out.display(), out.display())))
}
