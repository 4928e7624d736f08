//! A comparison as text for the terminal, as JSON and as CSV.

use super::{Comparison, Figure, Gap, What};
use crate::report::number::{Kind, Lang, show, signed};
use crate::report::words::{known, word};
use serde_json::{Value, json};

/// Columns of text, numbers to the right.
struct Grid {
    rows: Vec<Vec<String>>,
}

/// Places that a text takes on a terminal: letters of Chinese take two.
fn width(text: &str) -> usize {
    text.chars().map(|c| if c as u32 >= 0x2e80 { 2 } else { 1 }).sum()
}

impl Grid {
    fn lines(&self, left: usize) -> String {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let wide = |k: usize| self.rows.iter().filter_map(|r| r.get(k)).map(|c| width(c)).max().unwrap_or(0);
        let wides: Vec<usize> = (0..columns).map(wide).collect();
        let mut text = String::new();
        for row in &self.rows {
            let mut line = String::from(" ");
            for (k, cell) in row.iter().enumerate() {
                let pad = " ".repeat(wides[k] - width(cell));
                line += &if k < left { format!(" {cell}{pad}") } else { format!("  {pad}{cell}") };
            }
            text += line.trim_end();
            text.push('\n');
        }
        text
    }
}

fn pick<'t>(lang: Lang, en: &'t str, zh: &'t str) -> &'t str {
    if lang == Lang::En { en } else { zh }
}

/// The comparison in words; `most` decisions of a kind are listed.
pub fn table(c: &Comparison, lang: Lang, most: usize) -> String {
    let mut text = format!("{}\n", pick(lang, "Plans", "方案"));
    for (k, name) in c.plans.iter().enumerate() {
        text += &format!(
            "  {} {name}{}\n",
            letter(k),
            if k == 0 { pick(lang, " (the others less this one)", "（其余与之相比）") } else { "" }
        );
    }
    text += &format!("\n{}\n", pick(lang, "Figures, with 95 % intervals of the differences", "指标，差异附 95% 区间"));
    text += &figures(c, lang).lines(1);
    if !c.regret.is_empty() {
        text += &format!(
            "\n{}\n",
            pick(
                lang,
                "Regret: yearly profit below the best of these plans",
                "遗憾值：年利润低于这些方案中最优者的金额"
            )
        );
        text += &regret(c, lang).lines(1);
    }
    text += &format!("\n{}\n", pick(lang, "Decisions that differ", "不同的决策"));
    text += &decisions(c, lang, most);
    for (en, zh) in &c.notes {
        text += &format!("\n{}{}", pick(lang, "note: ", "注："), pick(lang, en, zh));
    }
    if !c.notes.is_empty() {
        text.push('\n');
    }
    text
}

fn letter(k: usize) -> String {
    if k < 26 { char::from(b'A' + k as u8).to_string() } else { format!("P{}", k + 1) }
}

fn name_of(id: &str, lang: Lang) -> String {
    let keys = [format!("kpi.{id}"), format!("compare.{id}")];
    keys.iter().find(|k| known(k)).map_or_else(|| id.to_owned(), |k| word(k, lang).to_owned())
}

fn figures(c: &Comparison, lang: Lang) -> Grid {
    let mut head = vec![String::new()];
    head.extend((0..c.plans.len()).map(letter));
    head.extend((1..c.plans.len()).map(|k| format!("{} − A", letter(k))));
    let mut rows = vec![head];
    for f in &c.figures {
        let plain = |g: &Option<Gap>| {
            g.map_or_else(|| "–".into(), |g| show(g.mean, Kind::of_unit(&f.unit, false), lang, &c.currency))
        };
        let mut row = vec![name_of(&f.id, lang)];
        row.extend(f.values.iter().map(plain));
        row.extend(f.differences.iter().skip(1).map(|g| gap(f, g.as_ref(), lang, &c.currency)));
        rows.push(row);
    }
    Grid { rows }
}

fn gap(f: &Figure, gap: Option<&Gap>, lang: Lang, currency: &str) -> String {
    let Some(g) = gap else { return "–".into() };
    let kind = Kind::of_unit(&f.unit, true);
    let of = |x: f64| signed(x, kind, lang, currency);
    match g.ends {
        Some((low, high)) if low < high => {
            format!("{} [{}, {}]{}", of(g.mean), of(low), of(high), if g.paired { "" } else { "*" })
        }
        _ => of(g.mean),
    }
}

fn regret(c: &Comparison, lang: Lang) -> Grid {
    let head = [
        "",
        pick(lang, "mean", "均值"),
        pick(lang, "95 % interval", "95% 区间"),
        pick(lang, "worst", "最大"),
        pick(lang, "best in", "最优占比"),
    ];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    let money = |x: f64| show(x, Kind::Money, lang, &c.currency);
    for (k, r) in c.regret.iter().enumerate() {
        let dash = || "–".to_owned();
        rows.push(vec![
            letter(k),
            money(r.mean),
            r.ends.map_or_else(dash, |(low, high)| format!("{} … {}", money(low), money(high))),
            r.worst.map_or_else(dash, money),
            r.best_in.map_or_else(dash, |s| show(s, Kind::Share, lang, &c.currency)),
        ]);
    }
    Grid { rows }
}

fn decisions(c: &Comparison, lang: Lang, most: usize) -> String {
    let mut text = String::new();
    for (what, en, zh) in [
        (What::Placement, "stores", "网点"),
        (What::Order, "order lines (cars)", "订单行（辆）"),
        (What::Transfer, "transfers (cars)", "调拨（辆）"),
    ] {
        let list: Vec<_> = c.decisions.iter().filter(|d| d.what == what).collect();
        text += &format!("  {}: {}\n", pick(lang, en, zh), list.len());
        let rows = list.iter().take(most).map(|d| {
            let shown = |t: &String| if t.is_empty() { "–".to_owned() } else { t.clone() };
            [d.id.clone()].into_iter().chain(d.choices.iter().map(shown)).collect()
        });
        let head = [String::new()].into_iter().chain((0..c.plans.len()).map(letter)).collect();
        if !list.is_empty() {
            let grid = Grid { rows: [head].into_iter().chain(rows).collect() };
            text += &grid.lines(1 + c.plans.len()).lines().map(|l| format!("  {l}\n")).collect::<String>();
        }
        if list.len() > most {
            text += &format!("    … {}\n", pick(lang, "--all lists the rest", "--all 列出其余"));
        }
    }
    text
}

fn gap_json(g: Option<&Gap>) -> Value {
    g.map_or(
        Value::Null,
        |g| json!({"mean": g.mean, "low": g.ends.map(|e| e.0), "high": g.ends.map(|e| e.1), "paired": g.paired}),
    )
}

/// The comparison as one JSON object.
pub fn json(c: &Comparison) -> Value {
    let figures: Vec<Value> = c
        .figures
        .iter()
        .map(|f| {
            json!({
                "id": f.id, "unit": f.unit, "better": f.better,
                "plans": f.values.iter().map(|g| gap_json(g.as_ref())).collect::<Vec<_>>(),
                "less_first": f.differences.iter().map(|g| gap_json(g.as_ref())).collect::<Vec<_>>(),
            })
        })
        .collect();
    let regret: Vec<Value> = c
        .regret
        .iter()
        .map(|r| json!({"mean_cny": r.mean, "low_cny": r.ends.map(|e| e.0), "high_cny": r.ends.map(|e| e.1), "worst_cny": r.worst, "best_in": r.best_in}))
        .collect();
    let decisions: Vec<Value> =
        c.decisions.iter().map(|d| json!({"what": d.what.name(), "id": d.id, "plans": d.choices})).collect();
    let notes: Vec<Value> = c.notes.iter().map(|(en, zh)| json!({"text": en, "text_zh": zh})).collect();
    json!({"plans": c.plans, "figures": figures, "regret": regret, "decisions": decisions, "notes": notes})
}

/// The comparison as one CSV table: a row for every figure, regret and decision of every plan.
pub fn csv(c: &Comparison) -> String {
    let mut out = csv::Writer::from_writer(Vec::new());
    let text = |x: Option<f64>| x.map(|x| x.to_string()).unwrap_or_default();
    let mut write = |row: [String; 10]| out.write_record(row).expect("memory takes all writes");
    write(
        ["kind", "id", "unit", "plan", "value", "low", "high", "less_first", "less_first_low", "less_first_high"]
            .map(str::to_owned),
    );
    for f in &c.figures {
        for ((plan, value), less) in c.plans.iter().zip(&f.values).zip(&f.differences) {
            let (v, d) = (value.as_ref(), less.as_ref());
            let ends = |g: Option<&Gap>| g.and_then(|g| g.ends);
            write([
                "figure".into(),
                f.id.clone(),
                f.unit.clone(),
                plan.clone(),
                text(v.map(|g| g.mean)),
                text(ends(v).map(|e| e.0)),
                text(ends(v).map(|e| e.1)),
                text(d.map(|g| g.mean)),
                text(ends(d).map(|e| e.0)),
                text(ends(d).map(|e| e.1)),
            ]);
        }
    }
    for (plan, r) in c.plans.iter().zip(&c.regret) {
        let (low, high) = (text(r.ends.map(|e| e.0)), text(r.ends.map(|e| e.1)));
        let none = String::new;
        write([
            "regret".into(),
            "profit".into(),
            "cny".into(),
            plan.clone(),
            r.mean.to_string(),
            low,
            high,
            none(),
            none(),
            none(),
        ]);
    }
    for d in &c.decisions {
        for (plan, choice) in c.plans.iter().zip(&d.choices) {
            let none = String::new;
            write([
                d.what.name().into(),
                d.id.clone(),
                none(),
                plan.clone(),
                choice.clone(),
                none(),
                none(),
                none(),
                none(),
                none(),
            ]);
        }
    }
    String::from_utf8(out.into_inner().expect("memory takes all writes")).expect("text")
}
