//! `forecourt doctor`: what works here, what is missing, and how to mend it.

use super::lang;
use super::terminal::print;
use crate::lp::{self, Limits, Programme, Status};
use crate::report::number::Lang;
use std::path::Path;
use std::process::{Command, Stdio};

/// One thing that was looked at.
struct Finding {
    /// Whether it is there; `None`: it is only told.
    well: Option<bool>,
    /// Whether the main job needs it.
    needed: bool,
    what: (String, String),
    /// How to mend it.
    mend: (&'static str, &'static str),
}

fn both(en: impl Into<String>, zh: impl Into<String>) -> (String, String) {
    (en.into(), zh.into())
}

/// Runs the command: 0 when the main job can run.
pub(super) fn run(as_json: bool) -> u8 {
    let findings =
        [program(), solver(), machine(), writing(), terminal(), example(), china(), tool(OFFICE), tool(BROWSER)];
    let sound = findings.iter().all(|f| !f.needed || f.well != Some(false));
    let pick = |t: &(String, String)| if lang::lang() == Lang::En { t.0.clone() } else { t.1.clone() };
    let text = if as_json {
        let list: Vec<_> = findings
            .iter()
            .map(|f| serde_json::json!({"well": f.well, "needed": f.needed, "text": f.what.0, "text_zh": f.what.1, "mend": f.mend.0, "mend_zh": f.mend.1}))
            .collect();
        format!("{}\n", serde_json::json!({"well": sound, "findings": list}))
    } else {
        let mut text = String::new();
        for f in &findings {
            let mark = match f.well {
                Some(true) => "ok     ",
                Some(false) if f.needed => "FAULT  ",
                Some(false) => "missing",
                None => "       ",
            };
            text += &format!("{mark}  {}\n", pick(&f.what));
            if f.well == Some(false) {
                text += &format!("         → {}\n", if lang::lang() == Lang::En { f.mend.0 } else { f.mend.1 });
            }
        }
        text
    };
    let printed = print(&text);
    if sound { printed } else { super::exit::INTERNAL }
}

fn program() -> Finding {
    let version = env!("CARGO_PKG_VERSION");
    let system = format!("{} {}", std::env::consts::OS, std::env::consts::ARCH);
    let what = both(format!("forecourt {version} on {system}"), format!("forecourt {version}，{system}"));
    Finding { well: None, needed: true, what, mend: ("", "") }
}

/// Solves a small programme whose answer is known: max x + 2y, x + y ≤ 4, y ≤ 3, whole.
fn solver() -> Finding {
    let mut p = Programme::new();
    let whole = |p: &mut Programme, cost: f64, most: f64| p.whole(cost, 0.0, most);
    let (x, y) = (whole(&mut p, -1.0, 10.0), whole(&mut p, -2.0, 3.0));
    p.row(f64::NEG_INFINITY, 4.0, [(x, 1.0), (y, 1.0)]);
    let answer = lp::solve(&p, &Limits::default());
    let right = answer.is_ok_and(|a| a.status == Status::Optimal && (a.objective + 7.0).abs() < 1e-6);
    let version = lp::solver_version();
    let what =
        both(format!("solver HiGHS {version} finds a known answer"), format!("求解器 HiGHS {version} 能得到已知答案"));
    let mend = ("build the program again: make clean, then make demo", "重新构建程序：make clean，再 make demo");
    Finding { well: Some(right), needed: true, what, mend }
}

fn machine() -> Finding {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let memory = std::fs::read_to_string("/proc/meminfo").ok().and_then(|text| {
        let line = text.lines().find(|l| l.starts_with("MemAvailable"))?.to_owned();
        line.split_whitespace().nth(1)?.parse::<f64>().ok().map(|kib| kib / 1_048_576.0)
    });
    let (en, zh) = memory.map_or((String::new(), String::new()), |g| {
        (format!(", {g:.1} GiB of memory free"), format!("，可用内存{g:.1} GiB"))
    });
    Finding {
        well: None,
        needed: true,
        what: both(format!("{cores} cores{en}"), format!("{cores}个核心{zh}")),
        mend: ("", ""),
    }
}

fn writing() -> Finding {
    let well = tempfile::Builder::new().prefix(".forecourt").tempfile_in(".").is_ok();
    let what = both("results can be written here", "当前目录可写入结果");
    let mend = (
        "go to a folder of your own, or give --out a folder that you may write",
        "换到自己的目录，或用 --out 指定可写的目录",
    );
    Finding { well: Some(well), needed: true, what, mend }
}

fn terminal() -> Finding {
    let get = |name: &str| std::env::var(name).ok().filter(|v| !v.is_empty());
    let locale = get("LC_ALL").or_else(|| get("LC_CTYPE")).or_else(|| get("LANG")).unwrap_or_default();
    let lower = locale.to_lowercase();
    let well = lower.contains("utf-8") || lower.contains("utf8") || cfg!(windows);
    let shown = if locale.is_empty() { "–".to_owned() } else { locale };
    let what = both(format!("terminal shows UTF-8 (locale {shown})"), format!("终端可显示 UTF-8（locale {shown}）"));
    let mend =
        ("export LANG=C.UTF-8 (or zh_CN.UTF-8 for Chinese), or use --json", "export LANG=zh_CN.UTF-8，或使用 --json");
    Finding { well: Some(well), needed: false, what, mend }
}

fn example() -> Finding {
    let well = Path::new("scenarios/tiny/scenario.toml").is_file();
    let what = both("the example scenario is in scenarios/tiny", "示例场景位于 scenarios/tiny");
    let mend = ("forecourt init mine writes the example into a folder", "运行 forecourt init mine 可写出示例");
    Finding { well: Some(well), needed: false, what, mend }
}

fn china() -> Finding {
    let well = Path::new("scenarios/china/sales.csv").is_file();
    let what = both("the large scenario is in scenarios/china", "大型场景位于 scenarios/china");
    Finding { well: Some(well), needed: false, what, mend: ("forecourt generate china", "forecourt generate china") }
}

type Tool = (&'static [&'static str], &'static str, &'static str, (&'static str, &'static str));

const OFFICE: Tool = (
    &["soffice", "libreoffice"],
    "LibreOffice, which opens workbooks",
    "LibreOffice，可打开工作簿",
    (
        "any program that opens .xlsx will do; Debian: apt-get install libreoffice-calc",
        "任何能打开 .xlsx 的程序均可；Debian：apt-get install libreoffice-calc",
    ),
);
const BROWSER: Tool = (
    &["chromium", "chromium-browser", "google-chrome", "firefox"],
    "a browser, which opens report.html",
    "浏览器，可打开 report.html",
    (
        "any browser will do, on any machine: the page needs no network; Debian: apt-get install chromium",
        "任何浏览器均可，无需联网；Debian：apt-get install chromium",
    ),
);

fn tool((names, en, zh, mend): Tool) -> Finding {
    let there = |name: &&str| {
        Command::new(name)
            .arg("--version")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok()
    };
    Finding { well: Some(names.iter().any(there)), needed: false, what: both(en, zh), mend }
}
