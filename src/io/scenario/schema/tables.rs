//! The tables.

use super::{Attribute, Table, Type, Word, default, optional, required};
use Type::{Day, Hour, Key, Monday, Money, Number, Reference, Share, Text, Whole};

const fn word(word: &'static str, also: &'static [&'static str]) -> Word {
    Word { word, also }
}

/// Most money of one cell: more is a slip of the pen.
const MOST: f64 = 1e12;

const NAME: Attribute =
    optional("name", Text, "Name in English; the id when empty").zh(&["名称", "英文名", "英文名称"]);
const NAME_ZH: Attribute =
    optional("name_zh", Text, "Name in Chinese; the English one when empty").zh(&["中文名", "中文名称"]);
const LAT: Attribute = required("lat_deg", Type::Latitude, "Latitude, degrees north").unit("deg").zh(&["纬度"]);
const LON: Attribute = required("lon_deg", Type::Longitude, "Longitude, degrees east").unit("deg").zh(&["经度"]);
const SITE: Attribute = required("site_id", Reference("sites"), "The site").zh(&["站点编号", "经销商编号", "网点编号"]);
const MODEL: Attribute = required("model_id", Reference("models"), "The model").zh(&["车型编号"]);
const WEEK: Attribute = required("week_start", Monday, "First day of the week, a Monday").zh(&["周起始日", "周"]);

/// Every table of the folder, in the order they are read.
pub const TABLES: &[Table] = &[
    Table {
        name: "formats",
        required: true,
        rows: 1_000,
        about: "Kinds of stores: 4S store, city showroom, satellite",
        columns: &[
            required("format_id", Key, "Id of the format").zh(&["业态编号", "店型编号"]),
            NAME,
            NAME_ZH,
            required(
                "attraction",
                Number(1e-6, 1e6),
                "Pull on a customer at the door, relative to the other formats and to rival_weight",
            )
            .zh(&["吸引力"]),
            required("reach_min", Number(0.0, 1440.0), "Longest travel a customer accepts")
                .unit("min")
                .zh(&["辐射时间"]),
            default("cost_factor", Number(0.0, 1000.0), "1", "Yearly cost relative to the other formats")
                .zh(&["成本系数"]),
            default("capacity_factor", Number(0.0, 1000.0), "1", "Selling capacity relative to the other formats")
                .zh(&["产能系数"]),
            default(
                "conversion_cost_cny",
                Money(0.0, MOST),
                "0",
                "Cost of turning a store of another format into this one",
            )
            .unit("cny")
            .zh(&["改造成本"]),
        ],
    },
    Table {
        name: "zones",
        required: true,
        rows: 50_000,
        about: "Areas whose people buy cars",
        columns: &[
            required("zone_id", Key, "Id of the zone").zh(&["区域编号", "地区编号"]),
            NAME,
            NAME_ZH,
            required("region", Text, "Region; zones of one region share its name").zh(&["大区", "省份"]),
            LAT,
            LON,
            required("population_persons", Whole(0, 2_000_000_000), "Inhabitants").unit("persons").zh(&["人口"]),
            required(
                "registrations_per_year",
                Number(0.0, 1e9),
                "New cars of all brands registered in a year: the market's capacity",
            )
            .unit("per_year")
            .zh(&["年上牌量", "年注册量"]),
            required(
                "rival_weight",
                Number(1e-6, 1e9),
                "Summed attraction of everything but this brand's stores, in the scale of formats.attraction",
            )
            .zh(&["竞品权重"]),
            default("demand_factor", Number(0.0, 100.0), "1", "What if: multiplies what the zone's customers ask for")
                .zh(&["需求系数"]),
        ],
    },
    Table {
        name: "models",
        required: true,
        rows: 10_000,
        about: "Vehicles on sale",
        columns: &[
            required("model_id", Key, "Id of the model").zh(&["车型编号"]),
            NAME,
            NAME_ZH,
            required("segment", Text, "Market segment; customers substitute inside it").zh(&["细分市场", "级别"]),
            required(
                "powertrain",
                Type::Word(&[
                    word("combustion", &["ice", "petrol", "燃油"]),
                    word("electric", &["bev", "纯电"]),
                    word("hybrid", &["phev", "hev", "混动", "插混"]),
                ]),
                "What drives it",
            )
            .zh(&["动力类型"]),
            required("price_cny", Money(0.01, 1e9), "Price the customer pays").unit("cny").zh(&["价格", "售价"]),
            required(
                "margin_cny",
                Money(-1e9, 1e9),
                "Contribution of one sold car to maker and dealer together, before network costs",
            )
            .unit("cny")
            .zh(&["毛利"]),
            default(
                "carrier_slots",
                Number(0.01, 100.0),
                "1",
                "Slots it takes on a carrier: sedan 1, SUV 1.25, MPV 1.33",
            )
            .zh(&["板车占位"]),
            required(
                "holding_cny_per_day",
                Money(0.0, 1e9),
                "Cost of keeping one unsold car for a day: interest, yard, ageing",
            )
            .unit("cny_per_day")
            .zh(&["日持有成本"]),
            required("lost_sale_cny", Money(0.0, 1e9), "Cost of a customer lost for want of a car, beyond the margin")
                .unit("cny")
                .zh(&["缺货损失"]),
            default("demand_factor", Number(0.0, 100.0), "1", "What if: multiplies what is asked for of the model")
                .zh(&["需求系数"]),
        ],
    },
    Table {
        name: "sites",
        required: true,
        rows: 50_000,
        about: "Plants, hubs, dealers and candidates",
        columns: &[
            required("site_id", Key, "Id of the site").zh(&["站点编号", "网点编号"]),
            NAME,
            NAME_ZH,
            required(
                "kind",
                Type::Word(&[
                    word("plant", &["工厂"]),
                    word("hub", &["中转库", "枢纽"]),
                    word("dealer", &["经销商", "门店"]),
                    word("candidate", &["候选", "候选点"]),
                ]),
                "What it is",
            )
            .zh(&["类型"]),
            optional(
                "format_id",
                Reference("formats"),
                "Format of a dealer today or of a candidate as costed; empty for plants and hubs",
            )
            .zh(&["业态编号", "店型编号"]),
            optional("zone_id", Reference("zones"), "Zone it stands in; the nearest one when empty")
                .zh(&["区域编号", "地区编号"]),
            LAT,
            LON,
            optional(
                "capacity_per_year",
                Number(0.0, 1e8),
                "Cars a year it can sell (stores) or build (plants); needed for those",
            )
            .unit("per_year")
            .zh(&["年产能", "年销售能力"]),
            optional("storage_cars", Whole(0, 10_000_000), "Cars it can hold; needed for stores")
                .unit("cars")
                .zh(&["库容"]),
            optional("credit_cny", Money(0.0, MOST), "Worth of the unsold cars it may finance; needed for stores")
                .unit("cny")
                .zh(&["授信额度"]),
            optional("fixed_cost_cny_per_year", Money(0.0, MOST), "Cost of a year in its format; needed for stores")
                .unit("cny_per_year")
                .zh(&["年固定成本"]),
            optional("opening_cost_cny", Money(0.0, MOST), "Cost of opening; needed for candidates")
                .unit("cny")
                .zh(&["开店成本"]),
            optional("moving_cost_cny", Money(0.0, MOST), "Cost of moving it to another site; needed for dealers")
                .unit("cny")
                .zh(&["搬迁成本"]),
            optional("closing_cost_cny", Money(0.0, MOST), "Cost of closing; needed for dealers")
                .unit("cny")
                .zh(&["关店成本"]),
            optional("owner", Text, "Who owns it").zh(&["所有者", "投资人"]),
            default("opens_h", Hour, "9", "Opening hour of its yard").unit("h").zh(&["开门时间"]),
            default("closes_h", Hour, "18", "Closing hour of its yard").unit("h").zh(&["关门时间"]),
            default(
                "rule",
                Type::Word(&[
                    word("free", &["自由"]),
                    word("required", &["必须", "必选"]),
                    word("forbidden", &["禁止", "禁选"]),
                ]),
                "free",
                "What a plan may do with a store: whatever pays, must be open, must not be open",
            )
            .zh(&["规则"]),
            default(
                "transfers",
                Type::Word(&[
                    word("both", &["双向"]),
                    word("gives", &["仅调出"]),
                    word("takes", &["仅调入"]),
                    word("none", &["不参与"]),
                ]),
                "both",
                "Which transfers a store consents to: both ways, only gives cars, only takes cars, none; a store that closes gives in any case",
            )
            .zh(&["调拨意愿"]),
        ],
    },
    Table {
        name: "carriers",
        required: true,
        rows: 1_000,
        about: "Classes of car carriers",
        columns: &[
            required("carrier_id", Key, "Id of the class").zh(&["板车编号"]),
            NAME,
            NAME_ZH,
            required("slots", Number(0.01, 1000.0), "Slots on its decks").zh(&["车位数"]),
            required("cost_cny_per_km", Money(0.0, 1e6), "Cost of a kilometre").unit("cny_per_km").zh(&["每公里成本"]),
            required("cost_cny_per_trip", Money(0.0, 1e9), "Cost of a trip before its first kilometre")
                .unit("cny_per_trip")
                .zh(&["每趟成本"]),
            default("minimum_load_share", Share, "0.75", "Share of its slots that should be filled before it leaves")
                .unit("share")
                .zh(&["最低装载率"]),
            optional(
                "decks",
                Text,
                "Slots of each deck from the far end to the door, a letter each: S up to 1 slot, M up to 1.25, L any; decks apart by +, as in SMML+MLL",
            )
            .zh(&["板位"]),
            default(
                "unloading",
                Type::Word(&[word("forbid", &["禁止"]), word("free", &["允许"])]),
                "forbid",
                "Cars that stand in the way: none may (forbid: last on, first off on each deck), or they may be driven off and on again (free)",
            )
            .zh(&["倒车规则"]),
        ],
    },
    Table {
        name: "sales",
        required: true,
        rows: 20_000_000,
        about: "Cars sold per dealer, model and week before today; a row that is absent sold nothing",
        columns: &[
            SITE,
            MODEL,
            WEEK,
            required("sold_cars", Whole(0, 65_535), "Cars sold in the week").unit("cars").zh(&["销量"]),
        ],
    },
    Table {
        name: "stock",
        required: true,
        rows: 4_000_000,
        about: "Unsold cars today, by age",
        columns: &[
            SITE,
            MODEL,
            required("age_days", Whole(0, 36_500), "Days since the car was built").unit("days").zh(&["库龄"]),
            required("cars", Whole(0, 1_000_000), "How many").zh(&["数量", "台数"]),
        ],
    },
    Table {
        name: "in_transit",
        required: false,
        rows: 2_000_000,
        about: "Cars on their way to a dealer",
        columns: &[
            SITE,
            MODEL,
            required("arrival_week_start", Monday, "Monday of the week in which they arrive; not before today")
                .zh(&["到店周"]),
            required("cars", Whole(0, 1_000_000), "How many").zh(&["数量", "台数"]),
            optional(
                "promised_week_start",
                Monday,
                "Monday of the week that was promised first; the warning of late cars needs it",
            )
            .zh(&["承诺到店周"]),
        ],
    },
    Table {
        name: "supply",
        required: true,
        rows: 4_000_000,
        about: "Build slots of the plants",
        columns: &[
            required("site_id", Reference("sites"), "The plant").zh(&["站点编号", "工厂编号"]),
            MODEL,
            WEEK,
            required("slots_cars", Whole(0, 10_000_000), "Cars it can build in the week")
                .unit("cars")
                .zh(&["产能台数", "排产台数"]),
        ],
    },
    Table {
        name: "calendar",
        required: false,
        rows: 10_000,
        about: "Holidays; the Spring Festival as the day of the lunar new year",
        columns: &[
            required("date", Day, "The day").zh(&["日期"]),
            required("name", Text, "What it is called").zh(&["名称"]),
            required(
                "kind",
                Type::Word(&[word("spring_festival", &["春节"]), word("holiday", &["节假日", "假日"])]),
                "What it is",
            )
            .zh(&["类型"]),
        ],
    },
    Table {
        name: "lanes",
        required: false,
        rows: 4_000_000,
        about: "Transport lanes whose figures replace the computed ones",
        columns: &[
            required("from_site_id", Reference("sites"), "Start").zh(&["起点编号"]),
            required("to_site_id", Reference("sites"), "End").zh(&["终点编号"]),
            required("distance_km", Number(0.0, 20_000.0), "Length on the road").unit("km").zh(&["距离"]),
            required("time_h", Number(0.0, 1000.0), "Driving time").unit("h").zh(&["时间"]),
            optional("cost_cny_per_car", Money(0.0, 1e6), "Freight for one car of one slot")
                .unit("cny_per_car")
                .zh(&["单车运费"]),
        ],
    },
    Table {
        name: "travel",
        required: false,
        rows: 4_000_000,
        about: "Travel from zones to stores, with [travel] mode = \"matrix\"; pairs that are absent cannot be travelled",
        columns: &[
            required("zone_id", Reference("zones"), "The zone").zh(&["区域编号", "地区编号"]),
            required("site_id", Reference("sites"), "The store").zh(&["站点编号", "网点编号"]),
            required("distance_km", Number(0.0, 20_000.0), "Length on the road").unit("km").zh(&["距离"]),
            required("time_min", Number(0.0, 60_000.0), "Driving time").unit("min").zh(&["时间"]),
        ],
    },
    Table {
        name: "thresholds",
        required: false,
        rows: 100_000,
        about: "Limits of the warnings where they differ from the program's own; a model's stand before a region's, a region's before those without either",
        columns: &[
            required("rule", Type::Word(RULES), "The warning").zh(&["预警", "规则"]),
            optional("region", Text, "Region they hold for; empty for all").zh(&["大区", "省份"]),
            optional("model_id", Reference("models"), "Model they hold for; empty for all").zh(&["车型编号"]),
            optional(
                "amber",
                Number(0.0, 1e6),
                "Above this amber: a probability, a coefficient, a share or a signal, as the rule counts; ageing: the likelihood; demand shift: the weeks between false alarms",
            )
            .zh(&["黄色阈值"]),
            optional("red", Number(0.0, 1e6), "Above this red; ageing and demand shift have none")
                .zh(&["红色阈值"]),
        ],
    },
    Table {
        name: "order_locks",
        required: false,
        rows: 1_000_000,
        about: "Orders that the planner has decided; weeks outside the horizon are left out",
        columns: &[
            required("site_id", Reference("sites"), "The store the cars go to").zh(&["站点编号", "经销商编号", "网点编号"]),
            MODEL,
            required("week_start", Monday, "Monday of the week in which the cars leave the plant")
                .zh(&["周起始日", "周"]),
            required(
                "hand",
                Type::Word(&[word("lock", &["锁定"]), word("forbid", &["禁止"]), word("set", &["设定"])]),
                "lock: as the plan given with --previous has it; forbid: no order; set: so many cars",
            )
            .zh(&["人工决定"]),
            optional("cars", Whole(0, 1_000_000), "How many cars; for set alone").zh(&["数量", "台数"]),
        ],
    },
    Table {
        name: "channel",
        required: false,
        rows: 1_000_000,
        about: "A dealer's month: what the measures of its channel's health need beyond sales and stock; each group of columns whole or empty",
        columns: &[
            required("site_id", Reference("sites"), "The dealer").zh(&["站点编号", "经销商编号", "网点编号"]),
            required("month_start", Type::Day, "First day of the month").zh(&["月份", "月起始日"]),
            optional("sales_staff", Number(0.0, 10_000.0), "Sales people, full-time equivalents").zh(&["销售人员", "销售顾问数"]),
            optional("leads", Whole(0, 10_000_000), "Leads that came in the month").zh(&["线索", "线索数"]),
            optional("leads_won", Whole(0, 10_000_000), "Those of them that have bought since").zh(&["线索成交"]),
            optional("drives", Whole(0, 10_000_000), "Test drives of the month").zh(&["试驾", "试驾数"]),
            optional("drives_won", Whole(0, 10_000_000), "Those of them that have bought since").zh(&["试驾成交"]),
            optional("workshop_gross_cny", Money(-1e12, 1e12), "Gross profit of service and parts").unit("cny").zh(&["售后毛利"]),
            optional("overhead_cny", Money(0.0, 1e12), "Overhead of the store").unit("cny").zh(&["固定费用"]),
            optional("guide_cny", Money(0.0, 1e13), "Guide prices of the cars sold, summed").unit("cny").zh(&["指导价合计"]),
            optional("net_cny", Money(0.0, 1e13), "What customers paid for them").unit("cny").zh(&["成交价合计"]),
            optional("invoice_cny", Money(0.0, 1e13), "What the dealer paid for them").unit("cny").zh(&["进价合计"]),
            optional("visits_due", Whole(0, 10_000_000), "Cars in the thirteenth month since their sale or last visit").zh(&["应回厂"]),
            optional("visits", Whole(0, 10_000_000), "Those of them that came").zh(&["实际回厂"]),
            optional("answers", Whole(0, 10_000_000), "Customers who answered the survey").zh(&["问卷数"]),
            optional("score_mean", Number(0.0, 1_000.0), "Mean of their scores").zh(&["满意度均值"]),
            optional("score_sd", Number(0.0, 1_000.0), "Standard deviation of their scores").zh(&["满意度标准差"]),
        ],
    },
];

/// The words of [`crate::scenario::WARNING_RULES`], in its order.
const RULES: &[Word] = &[
    word("stock_out", &["断货"]),
    word("excess", &["积压", "库存过高"]),
    word("ageing", &["超龄", "库龄"]),
    word("mix", &["结构偏差"]),
    word("late_pipeline", &["在途延误"]),
    word("demand_shift", &["需求偏移"]),
    word("forecast_bias", &["预测偏差"]),
    word("binding_supply", &["供应受限"]),
    word("fairness", &["分配公平"]),
    word("carrier_load", &["板车装载"]),
    word("credit", &["授信"]),
];
