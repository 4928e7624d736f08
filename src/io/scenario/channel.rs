//! Months of the dealers' channels.

use super::log::Log;
use super::rows::Rows;
use super::{Context, finish_rows};
use crate::ids::{Id, SiteId};
use crate::io::fault::Code;
use crate::network::Site;
use crate::scenario::ChannelMonth;
use jiff::civil::Date;
use std::collections::BTreeMap;

/// Pairs of columns of which the second counts some of the first.
const PARTS: [(&str, &str); 3] = [("leads", "leads_won"), ("drives", "drives_won"), ("visits_due", "visits")];
/// Columns that are given together.
const GROUPS: [&[&str]; 6] = [
    &["leads", "leads_won"],
    &["drives", "drives_won"],
    &["workshop_gross_cny", "overhead_cny"],
    &["guide_cny", "net_cny"],
    &["visits_due", "visits"],
    &["answers", "score_mean", "score_sd"],
];

/// Reads the months; a month of a dealer stands once.
pub(super) fn months(context: &mut Context<'_>, sites: &[Site]) -> Vec<ChannelMonth> {
    let Context { sources, log, known, notes, .. } = context;
    let Some(mut rows) = super::open("channel", sources, known, log) else { return Vec::new() };
    let mut found: BTreeMap<(u32, Date), ChannelMonth> = BTreeMap::new();
    while rows.advance(log) {
        let (Some(site), Some(day)) = (rows.reference("site_id"), rows.day("month_start")) else { continue };
        if !sites[site as usize].is_store() {
            log.add(rows.spot("site_id"), Code::StockElsewhere, &sites[site as usize].code, || {
                ("the site is no store".into(), "write the id of a dealer".into())
            });
        }
        whole_groups(&rows, log);
        let month = ChannelMonth { site: SiteId::at(site as usize), ..month(&rows, day.first_of_month()) };
        if found.insert((site, month.month), month).is_some() {
            log.add(rows.spot("month_start"), Code::TwiceRow, "", || {
                ("this dealer and month are there already".into(), "keep one of the rows".into())
            });
        }
    }
    finish_rows("channel", &rows, notes, log);
    found.into_values().collect()
}

/// Notes groups that are half given, and parts that are more than their whole.
fn whole_groups(rows: &Rows<'_>, log: &mut Log) {
    let given = |column: &str| !rows.text(column).is_empty();
    for group in GROUPS {
        if let (Some(there), Some(absent)) = (group.iter().find(|c| given(c)), group.iter().find(|c| !given(c))) {
            log.add(rows.spot(absent), Code::Blank, "", || {
                (
                    format!("{there} is given and {absent} is not"),
                    format!("write {}, or none of them", group.join(", ")),
                )
            });
        }
    }
    for (whole, part) in PARTS.iter().filter(|(w, p)| given(w) && given(p)) {
        let (all, some) = (rows.whole(whole), rows.whole(part));
        if some > all {
            log.add(rows.spot(part), Code::Order, &rows.text(part), || {
                (format!("{part} is {some} of {all} {whole}"), format!("lower {part} or raise {whole}"))
            });
        }
    }
}

fn month(rows: &Rows<'_>, month: Date) -> ChannelMonth {
    let given = |column: &str| !rows.text(column).is_empty();
    let pair = |a: &str, b: &str| (given(a) && given(b)).then(|| (rows.whole(a) as u32, rows.whole(b) as u32));
    let money = |a: &str, b: &str| (given(a) && given(b)).then(|| (rows.money(a), rows.money(b)));
    let scores = ["answers", "score_mean", "score_sd"].iter().all(|c| given(c));
    ChannelMonth {
        site: SiteId::at(0),
        month,
        staff: given("sales_staff").then(|| rows.number("sales_staff")),
        leads: pair("leads", "leads_won"),
        drives: pair("drives", "drives_won"),
        workshop: money("workshop_gross_cny", "overhead_cny"),
        prices: money("guide_cny", "net_cny"),
        invoice: given("invoice_cny").then(|| rows.money("invoice_cny")),
        visits: pair("visits_due", "visits"),
        answers: scores.then(|| (rows.whole("answers") as u32, rows.number("score_mean"), rows.number("score_sd"))),
    }
}
