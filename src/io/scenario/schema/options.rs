//! The sections of `scenario.toml`.

use super::{Attribute, Type, Word, default, optional, required};
use Type::{Flag, Monday, Money, Number, Share, Text, Whole};

/// A section of `scenario.toml`; the one without a name holds the keys above all sections.
#[derive(Clone, Copy, Debug)]
pub struct Section {
    /// Its name.
    pub name: &'static str,
    /// What it governs.
    pub about: &'static str,
    /// Its keys.
    pub keys: &'static [Attribute],
}

const fn word(word: &'static str) -> Word {
    Word { word, also: &[] }
}

/// Every section but `[tables]`, whose keys are the tables' names and whose values are file names.
pub const SECTIONS: &[Section] = &[
    Section {
        name: "",
        about: "What the scenario is",
        keys: &[
            required("schema", Whole(1, 1), "Version of this schema"),
            required("id", Text, "Short name: lower-case letters, digits, - and _, at most 64"),
            required("name", Text, "Title in English"),
            optional("name_zh", Text, "Title in Chinese; the English one when absent"),
            default("currency", Type::Word(&[word("CNY")]), "CNY", "Currency of all money"),
            required("synthetic", Flag, "Whether any table was made up; said wherever results show"),
            required("today", Monday, "First day of the first planning week, a Monday; sales before it are history"),
        ],
    },
    Section {
        name: "horizon",
        about: "How far is planned",
        keys: &[default("weeks", Whole(1, 104), "12", "Weeks that are planned ahead").unit("weeks")],
    },
    Section {
        name: "travel",
        about: "How distances and times are had",
        keys: &[
            default("mode", Type::Word(&[Word { word: "geodesic", also: &["great_circle"] }, word("matrix")]), "geodesic", "geodesic: geodesic length times circuity; matrix: the travel table"),
            default("circuity", Number(1.0, 5.0), "1.3", "Road length per geodesic length (assumed)"),
            default("speed_kmh", Number(3.0, 150.0), "50", "Mean speed on the road (assumed)").unit("kmh"),
            default("crs", Type::Word(&[word("wgs84"), word("gcj02")]), "wgs84", "Coordinate system of the tables; gcj02 (Chinese web maps) is turned into wgs84 when read"),
        ],
    },
    Section {
        name: "market",
        about: "How customers choose a store",
        keys: &[
            default("half_time_min", Number(1.0, 600.0), "30", "Travel time that halves a store's pull (assumed)").unit("min"),
            default("nest", Number(0.05, 1.0), "0.4", "Nesting of the brand's stores: 1 is the plain logit; the smaller, the more the brand's own stores take from each other (0.4: Murry and Zhou 2020)"),
        ],
    },
    Section {
        name: "placement",
        about: "What a new network must respect",
        keys: &[
            default("years", Number(0.1, 100.0), "5", "Years over which opening, moving, closing and conversion costs are spread"),
            default("phases", Whole(1, 12), "1", "Phases in which stores may open, move, change or close; 1: everything now"),
            default("phase_years", Number(0.1, 100.0), "1", "Years of every phase but the last, which lasts to the end of years"),
            default("market_growth", Number(-0.5, 1.0), "0", "Growth of all registrations a year, for the later phases (assumed)"),
            default("discount_rate", Share, "0", "Discount a year on later profit and later one-off money"),
            optional("budget_cny", Money(0.0, 1e13), "Money of each phase for openings, moves, closings and conversions together; no limit when absent").unit("cny"),
            optional("max_open", Whole(0, 100_000), "Most stores that may open in a phase, moves included; no limit when absent"),
            optional("max_close", Whole(0, 100_000), "Most stores that may close in a phase, moves not included; no limit when absent"),
            optional("min_stores", Whole(0, 100_000), "Fewest stores in the new network"),
            optional("max_stores", Whole(0, 100_000), "Most stores in the new network"),
            default("utilisation", Number(0.05, 1.0), "0.9", "Share of a store's selling capacity that a plan may fill: the rest is for weeks above the mean"),
            default("min_distance_km", Number(0.0, 1000.0), "3", "Least distance on the road between two stores, at least one of them new").unit("km"),
            default("territory_km", Number(0.0, 1000.0), "0", "Least distance on the road between a new store and a dealer of another owner: its territory").unit("km"),
            default("move_radius_km", Number(0.0, 5000.0), "30", "Longest move of a store on the road").unit("km"),
            default("change_format", Flag, "true", "Whether stores may change their format"),
            default("coverage_min", Number(0.0, 1440.0), "60", "Travel time within which a person counts as covered").unit("min"),
            default("coverage_floor", Share, "0", "Share of each region's people that must be covered, as far as today's and candidate sites allow"),
            default("gap", Number(0.0, 1.0), "0.002", "Relative gap at which the search may stop"),
            default("max_nodes", Whole(1, 1_000_000_000), "10000", "Most branch-and-bound nodes per part of the network"),
        ],
    },
    Section {
        name: "replenishment",
        about: "What is sent to dealers, week by week",
        keys: &[
            default("freeze_weeks", Whole(0, 52), "2", "First weeks whose shipments are fixed: only cars in transit arrive (assumed)").unit("weeks"),
            default("build_weeks", Whole(0, 52), "1", "Weeks from the build slot to the plant's gate (assumed)").unit("weeks"),
            default("pack_cars", Whole(1, 1000), "1", "Cars are ordered in multiples of this").unit("cars"),
            default("minimum_order_cars", Whole(0, 1000), "0", "Smallest order of a model by a store in a week; 0: any").unit("cars"),
            default("mode", Type::Word(&[word("pull"), word("push")]), "pull", "pull: stores draw on the build slots; push: every slot is a car that is built, and one without a store costs unallocated_cny_per_car"),
            default("unallocated_cny_per_car", Money(0.0, 1e9), "1000", "Push only: a built car that is sent to no store (assumed)").unit("cny_per_car"),
            default("fill_goal", Share, "0", "Share of each model's demand over the horizon that should be served from the yard; 0: no goal"),
            default("fill_penalty_cny_per_car", Money(0.0, 1e9), "5000", "A sale lost beyond the goal costs so much more (assumed)").unit("cny_per_car"),
            default("service", Number(0.0, 0.9999), "0.95", "Probability of no stock-out over lead time and review that safety stock aims at"),
            default("end_cover_weeks", Number(0.0, 104.0), "4", "Weeks of expected demand that should stand at the end of the horizon; 0.8 to 1.2 months is read as healthy in China (CADA)").unit("weeks"),
            default("fairness_cny_per_car", Money(0.0, 1e9), "500", "Worth of one week of unfairness between dealers when supply is short, per car (assumed)").unit("cny_per_car"),
            default("nervousness_cny_per_car", Money(0.0, 1e9), "100", "Cost of one car more or fewer in a week than the last plan had; only counted with --previous (assumed)").unit("cny_per_car"),
            default("freight_fixed_cny", Money(0.0, 1e9), "300", "Fixed part of a car's freight from plant to dealer (assumed)").unit("cny"),
            default("freight_cny_per_km", Money(0.0, 1e6), "1.2", "Freight per kilometre and slot on a shared carrier (assumed)").unit("cny_per_km"),
        ],
    },
    Section {
        name: "transfer",
        about: "What moves between dealers",
        keys: &[
            default("cost_fixed_cny", Money(0.0, 1e9), "200", "Fixed cost of moving one car (assumed)").unit("cny"),
            default("cost_cny_per_km", Money(0.0, 1e6), "3", "Cost per kilometre of moving one car alone (assumed)").unit("cny_per_km"),
            default("radius_km", Number(0.0, 20_000.0), "300", "Longest move on the road (assumed)").unit("km"),
            default("max_share", Share, "0.1", "Most of a dealer's stock that may leave in a week (assumed)"),
            default("min_age_days", Whole(0, 36_500), "7", "Youngest car that may leave (assumed)").unit("days"),
        ],
    },
    Section {
        name: "simulation",
        about: "How the future is sampled",
        keys: &[
            default("days", Whole(1, 32_000), "364", "Simulated days").unit("days"),
            default("replications", Whole(2, 1_000_000), "200", "Independent futures"),
            default("seed", Whole(0, i64::MAX), "1", "Key of all random numbers"),
            default("national_sd", Number(0.0, 3.0), "0.1", "Standard deviation of the logarithm of the national demand factor of a month (measured: .19 per model, shared part assumed)"),
            default("regional_sd", Number(0.0, 3.0), "0.1", "Standard deviation of the logarithm of a region's own demand factor of a month (measured: .146 with counting noise)"),
            default("max_diversions", Whole(0, 20), "2", "Further dealers a customer tries (assumed)"),
            default("divert", Share, "0.5", "Share of customers without a car who try the next dealer (assumed)"),
            default("wait", Share, "0.3", "Share of those left who wait two weeks (assumed)"),
            default("substitute", Share, "0.3", "Share of those left who take another model of the segment (assumed)"),
            default("lead_time_cv", Number(0.0, 3.0), "0.25", "Standard deviation of plant-to-dealer lead time as a share of its mean (assumed)"),
        ],
    },
];
