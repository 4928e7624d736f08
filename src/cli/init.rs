//! `forecourt init DIR --from example|BOOK.xlsx|FOLDER`: a scenario folder to start from.

use super::terminal::{print, say};
use super::{check, exit, lang};
use crate::io::scenario::write::write_new;
use crate::io::workbook::{BookError, Founding, Imported, found};
use crate::report::number::Lang;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  forecourt init mine                                     the example: five zones, four dealers
  forecourt init mine --from tables.xlsx --today 2026-06-29
  forecourt init mine --from exports --crs gcj02          a folder of CSV files, GB18030 or UTF-8

Sheets and files are known by their names or headings, in English or Chinese; units in brackets (万元, 小时) are converted.")]
pub(super) struct InitArgs {
    /// The scenario's folder; new or empty.
    folder: PathBuf,
    /// `example`, a company's workbook, or a folder of CSV files.
    #[arg(long, value_name = "WHAT", default_value = "example")]
    from: PathBuf,
    /// Short name of the scenario [default: the folder's].
    #[arg(long)]
    id: Option<String>,
    /// Title [default: the id].
    #[arg(long)]
    name: Option<String>,
    /// First day of the plan [default: the Monday after the last sales].
    #[arg(long, value_name = "DATE", value_parser = date)]
    today: Option<jiff::civil::Date>,
    /// Coordinates of the tables; those of Chinese web maps (gcj02) are turned into wgs84.
    #[arg(long, value_name = "CRS", default_value = "wgs84", value_parser = ["wgs84", "gcj02"])]
    crs: String,
    /// Say wherever results show that the tables are made up.
    #[arg(long)]
    synthetic: bool,
}

fn date(text: &str) -> Result<jiff::civil::Date, String> {
    crate::io::scenario::records::day(text).ok_or_else(|| "a date such as 2026-06-29 is wanted".into())
}

/// The example's files, as they stand in `scenarios/tiny`.
const EXAMPLE: &[(&str, &str)] = &[
    ("scenario.toml", include_str!("../../scenarios/tiny/scenario.toml")),
    ("calendar.csv", include_str!("../../scenarios/tiny/calendar.csv")),
    ("carriers.csv", include_str!("../../scenarios/tiny/carriers.csv")),
    ("formats.csv", include_str!("../../scenarios/tiny/formats.csv")),
    ("in_transit.csv", include_str!("../../scenarios/tiny/in_transit.csv")),
    ("lanes.csv", include_str!("../../scenarios/tiny/lanes.csv")),
    ("models.csv", include_str!("../../scenarios/tiny/models.csv")),
    ("sales.csv", include_str!("../../scenarios/tiny/sales.csv")),
    ("sites.csv", include_str!("../../scenarios/tiny/sites.csv")),
    ("stock.csv", include_str!("../../scenarios/tiny/stock.csv")),
    ("supply.csv", include_str!("../../scenarios/tiny/supply.csv")),
    ("travel.csv", include_str!("../../scenarios/tiny/travel.csv")),
    ("zones.csv", include_str!("../../scenarios/tiny/zones.csv")),
    ("variants/growth.toml", include_str!("../../scenarios/tiny/variants/growth.toml")),
    ("variants/keep-delta.toml", include_str!("../../scenarios/tiny/variants/keep-delta.toml")),
    ("variants/short-supply.toml", include_str!("../../scenarios/tiny/variants/short-supply.toml")),
];

/// Runs the command.
pub(super) fn run(args: &InitArgs) -> u8 {
    let done = if args.from.as_os_str() == "example" { example(&args.folder) } else { company(args) };
    match done {
        Ok(made) => {
            made.remarks.iter().for_each(|r| say(r));
            let folder = args.folder.display();
            print(&match lang::lang() {
                Lang::En => {
                    format!("scenario: {folder} ({} files); next: forecourt check {folder}\n", made.files.len())
                }
                Lang::Zh => format!("场景：{folder}（{}个文件）；下一步：forecourt check {folder}\n", made.files.len()),
            })
        }
        Err(BookError::Faults(faults)) => {
            say(faults.to_string().trim_end());
            say(&format!(
                "{}; nothing was written. `forecourt schema` prints what the tables hold",
                check::counted(faults.count(), "fault")
            ));
            exit::BAD_INPUT
        }
        Err(e) => {
            say(&format!("forecourt: {e}"));
            if matches!(e, BookError::Write { .. }) { exit::CANNOT_WRITE } else { exit::BAD_INPUT }
        }
    }
}

fn example(folder: &Path) -> Result<Imported, BookError> {
    let refuse = |cause: String| BookError::Write {
        path: folder.to_path_buf(),
        cause,
        help: "Nothing was changed; name an empty or new folder",
    };
    write_new(EXAMPLE, folder).map_err(|e| refuse(e.to_string()))?;
    let rows = |text: &str| text.lines().count() - 1;
    Ok(Imported { files: EXAMPLE.iter().map(|(n, t)| ((*n).to_owned(), rows(t))).collect(), remarks: Vec::new() })
}

fn company(args: &InitArgs) -> Result<Imported, BookError> {
    let how = Founding {
        id: args.id.clone().unwrap_or_default(),
        name: args.name.clone().unwrap_or_default(),
        today: args.today,
        gcj02: args.crs == "gcj02",
        synthetic: args.synthetic,
    };
    found(&args.from, &args.folder, &how)
}
