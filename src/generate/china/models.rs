//! The sixty models: invented names and round figures; no real brand or model is meant.

use crate::catalogue::Powertrain::{self, Combustion, Electric, Hybrid};
use Body::{Mpv, Sedan, Suv};

/// Shape of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Body {
    /// Sedan or hatchback.
    Sedan,
    /// Sport utility vehicle.
    Suv,
    /// Van for people.
    Mpv,
}

/// A model before the market changes it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Model {
    /// English name.
    pub(super) name: &'static str,
    /// Chinese name.
    pub(super) name_zh: &'static str,
    /// Size class: A0, A, B, C (M for vans).
    size: &'static str,
    /// Shape.
    pub(super) body: Body,
    /// What drives it.
    pub(super) powertrain: Powertrain,
    /// Price the customer pays, CNY.
    pub(super) price_cny: f64,
    /// Weight in the national mix at the middle of the history.
    pub(super) weight: f64,
}

const fn m(
    name: &'static str,
    name_zh: &'static str,
    size: &'static str,
    body: Body,
    powertrain: Powertrain,
    price_cny: f64,
    weight: f64,
) -> Model {
    Model { name, name_zh, size, body, powertrain, price_cny, weight }
}

/// All models, in the order of their ids.
#[rustfmt::skip]
pub(super) const MODELS: [Model; 60] = [
    m("Zhuying", "竹影", "A0", Sedan, Electric, 49_800.0, 2.4),
    m("Meixi", "梅溪", "A0", Sedan, Electric, 66_800.0, 2.9),
    m("Liuxu", "柳絮", "A0", Sedan, Combustion, 58_900.0, 0.9),
    m("Lutai", "鹭台", "A0", Sedan, Electric, 79_800.0, 1.3),
    m("Hetang", "荷塘", "A", Sedan, Combustion, 79_900.0, 4.6),
    m("Hetang h", "荷塘混动", "A", Sedan, Hybrid, 99_800.0, 4.4),
    m("Hetang e", "荷塘电动", "A", Sedan, Electric, 112_800.0, 2.0),
    m("Songtao", "松涛", "A", Sedan, Combustion, 92_900.0, 3.6),
    m("Songtao h", "松涛混动", "A", Sedan, Hybrid, 109_800.0, 2.2),
    m("Luming", "鹿鸣", "A", Sedan, Electric, 119_800.0, 2.6),
    m("Taoli", "桃李", "A", Sedan, Combustion, 85_900.0, 1.5),
    m("Caishi", "采石", "A", Sedan, Hybrid, 104_800.0, 0.9),
    m("Ruixue", "瑞雪", "A", Sedan, Electric, 128_800.0, 0.7),
    m("Qiupu", "秋浦", "A", Sedan, Combustion, 74_900.0, 0.6),
    m("Lanting", "兰亭", "B", Sedan, Combustion, 139_800.0, 2.4),
    m("Lanting h", "兰亭混动", "B", Sedan, Hybrid, 154_800.0, 2.6),
    m("Heming", "鹤鸣", "B", Sedan, Electric, 169_800.0, 2.2),
    m("Heming GT", "鹤鸣GT", "B", Sedan, Electric, 209_800.0, 0.6),
    m("Yanfei", "雁飞", "B", Sedan, Combustion, 148_800.0, 0.9),
    m("Jiangtian", "江天", "B", Sedan, Hybrid, 164_800.0, 0.7),
    m("Yueqiao", "月桥", "B", Sedan, Combustion, 132_800.0, 0.4),
    m("Xuelu", "雪庐", "C", Sedan, Hybrid, 229_800.0, 0.8),
    m("Xuelu e", "雪庐电动", "C", Sedan, Electric, 249_800.0, 0.5),
    m("Guanlan h", "观澜混动", "C", Sedan, Hybrid, 269_800.0, 0.35),
    m("Qinglu", "青麓", "A0", Suv, Combustion, 69_900.0, 2.0),
    m("Qinglu e", "青麓电动", "A0", Suv, Electric, 89_800.0, 2.2),
    m("Xiaoman", "小满", "A0", Suv, Combustion, 76_900.0, 0.8),
    m("Gufeng", "谷风", "A0", Suv, Electric, 98_800.0, 0.9),
    m("Baihua", "白桦", "A", Suv, Combustion, 89_900.0, 5.2),
    m("Baihua h", "白桦混动", "A", Suv, Hybrid, 119_800.0, 4.8),
    m("Baihua e", "白桦电动", "A", Suv, Electric, 129_800.0, 2.4),
    m("Yunling", "云岭", "A", Suv, Combustion, 99_900.0, 3.8),
    m("Yunling h", "云岭混动", "A", Suv, Hybrid, 128_800.0, 2.8),
    m("Canglang", "沧浪", "A", Suv, Electric, 139_800.0, 2.0),
    m("Shiquan", "石泉", "A", Suv, Combustion, 84_900.0, 1.2),
    m("Fengqiao", "枫桥", "A", Suv, Combustion, 94_900.0, 1.1),
    m("Fengqiao h", "枫桥混动", "A", Suv, Hybrid, 122_800.0, 0.8),
    m("Hongye", "红叶", "A", Suv, Electric, 134_800.0, 0.6),
    m("Xiashan", "霞山", "A", Suv, Combustion, 104_900.0, 0.5),
    m("Qiantan", "浅滩", "A", Suv, Hybrid, 126_800.0, 0.4),
    m("Beishan", "北山", "B", Suv, Combustion, 149_800.0, 2.6),
    m("Beishan h", "北山混动", "B", Suv, Hybrid, 169_800.0, 3.0),
    m("Beishan e", "北山电动", "B", Suv, Electric, 189_800.0, 1.5),
    m("Tingyu", "听雨", "B", Suv, Electric, 199_800.0, 1.6),
    m("Shuixie", "水榭", "B", Suv, Combustion, 139_800.0, 1.0),
    m("Muyun", "暮云", "B", Suv, Hybrid, 178_800.0, 1.1),
    m("Chaoxi", "潮汐", "B", Suv, Electric, 208_800.0, 0.6),
    m("Lingfeng", "岭风", "B", Suv, Combustion, 158_800.0, 0.5),
    m("Zhuoyue h", "濯月混动", "B", Suv, Hybrid, 184_800.0, 0.35),
    m("Daze", "大泽", "C", Suv, Hybrid, 239_800.0, 1.3),
    m("Daze e", "大泽电动", "C", Suv, Electric, 279_800.0, 0.6),
    m("Wanshan", "万山", "C", Suv, Combustion, 219_800.0, 0.7),
    m("Wanshan h", "万山混动", "C", Suv, Hybrid, 259_800.0, 0.8),
    m("Jueding", "绝顶", "C", Suv, Electric, 329_800.0, 0.2),
    m("Guiyun", "归云", "M", Mpv, Combustion, 99_800.0, 1.3),
    m("Guiyun e", "归云电动", "M", Mpv, Electric, 139_800.0, 0.7),
    m("Tuanyuan", "团圆", "M", Mpv, Hybrid, 189_800.0, 1.4),
    m("Tuanyuan e", "团圆电动", "M", Mpv, Electric, 239_800.0, 0.6),
    m("Qianli", "千里", "M", Mpv, Combustion, 129_800.0, 0.5),
    m("Fangzhou", "方舟", "M", Mpv, Hybrid, 299_800.0, 0.5),
];

/// A year's interest on a car's price (A).
pub(super) const INTEREST_PER_YEAR: f64 = 0.055;
/// A month's loss of an unsold car's worth (A).
pub(super) const DEPRECIATION_PER_MONTH: f64 = 0.012;

impl Model {
    /// The segment inside which customers substitute.
    pub(super) fn segment(&self) -> String {
        match self.body {
            Sedan => format!("{} sedan", self.size),
            Suv => format!("{} SUV", self.size),
            Mpv => "MPV".to_owned(),
        }
    }

    /// Contribution of a sold car to maker and dealer before network costs: 8.5 % of the price for small cars to 11.5 %
    /// for large ones, electric cars 1.5 points less (A).
    pub(super) fn margin_cny(&self) -> f64 {
        let rate = match (self.body, self.size) {
            (_, "A0") => 0.085,
            (_, "A") => 0.095,
            (_, "B") => 0.105,
            _ => 0.115,
        };
        let rate = if self.powertrain == Electric { rate - 0.015 } else { rate };
        round_to(self.price_cny * rate, 10.0)
    }

    /// Slots on a carrier: sedan 1, SUV 1.25, MPV 1.33 (A).
    pub(super) fn carrier_slots(&self) -> f64 {
        match self.body {
            Sedan => 1.0,
            Suv => 1.25,
            Mpv => 1.33,
        }
    }

    /// Interest and loss of worth of an unsold car for a day.
    pub(super) fn holding_cny_per_day(&self) -> f64 {
        round_to(self.price_cny * (INTEREST_PER_YEAR + 12.0 * DEPRECIATION_PER_MONTH) / 365.0, 0.5)
    }

    /// Ill will of a customer lost for want of a car: 5 % of the price (A).
    pub(super) fn lost_sale_cny(&self) -> f64 {
        round_to(self.price_cny * 0.05, 10.0)
    }
}

/// The nearest multiple of a step.
pub(super) fn round_to(value: f64, step: f64) -> f64 {
    libm::round(value / step) * step
}
