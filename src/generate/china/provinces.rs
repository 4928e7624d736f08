//! What sets the provinces apart: income, taste for electric cars and for body types, rents. Rough ranks (A).

use super::models::{Body, Model};
use crate::catalogue::Powertrain;

/// A province, municipality or autonomous region.
#[derive(Clone, Copy, Debug)]
pub(super) struct Province {
    /// Name in the geography (GB/T 2260).
    pub(super) name_zh: &'static str,
    /// English name: the region column.
    pub(super) name: &'static str,
    /// Income per head, 1 is the national mean.
    pub(super) income: f64,
    /// How far electric cars have come: 1 early, 2 middle, 3 late.
    pub(super) electric_tier: u8,
    /// How much likelier an SUV is than in the country.
    pub(super) suv: f64,
}

const fn p(name_zh: &'static str, name: &'static str, income: f64, electric_tier: u8, suv: f64) -> Province {
    Province { name_zh, name, income, electric_tier, suv }
}

/// All of the geography's provinces.
pub(super) const PROVINCES: [Province; 31] = [
    p("北京市", "Beijing", 2.0, 1, 0.95),
    p("天津市", "Tianjin", 1.35, 1, 0.95),
    p("河北省", "Hebei", 0.8, 2, 1.05),
    p("山西省", "Shanxi", 0.85, 2, 1.0),
    p("内蒙古自治区", "Inner Mongolia", 1.0, 3, 1.25),
    p("辽宁省", "Liaoning", 0.9, 3, 0.95),
    p("吉林省", "Jilin", 0.75, 3, 1.0),
    p("黑龙江省", "Heilongjiang", 0.7, 3, 1.05),
    p("上海市", "Shanghai", 2.0, 1, 0.9),
    p("江苏省", "Jiangsu", 1.5, 1, 0.9),
    p("浙江省", "Zhejiang", 1.6, 1, 0.95),
    p("安徽省", "Anhui", 0.95, 2, 0.95),
    p("福建省", "Fujian", 1.35, 2, 1.0),
    p("江西省", "Jiangxi", 0.9, 2, 1.0),
    p("山东省", "Shandong", 1.05, 2, 0.95),
    p("河南省", "Henan", 0.8, 2, 1.0),
    p("湖北省", "Hubei", 1.0, 2, 1.0),
    p("湖南省", "Hunan", 0.9, 2, 1.05),
    p("广东省", "Guangdong", 1.4, 1, 0.9),
    p("广西壮族自治区", "Guangxi", 0.7, 1, 0.9),
    p("海南省", "Hainan", 0.85, 1, 1.0),
    p("重庆市", "Chongqing", 1.1, 2, 1.1),
    p("四川省", "Sichuan", 0.9, 2, 1.1),
    p("贵州省", "Guizhou", 0.7, 2, 1.2),
    p("云南省", "Yunnan", 0.75, 2, 1.2),
    p("西藏自治区", "Tibet", 0.75, 3, 1.6),
    p("陕西省", "Shaanxi", 0.95, 2, 1.05),
    p("甘肃省", "Gansu", 0.6, 3, 1.2),
    p("青海省", "Qinghai", 0.75, 3, 1.35),
    p("宁夏回族自治区", "Ningxia", 0.8, 3, 1.15),
    p("新疆维吾尔自治区", "Xinjiang", 0.8, 3, 1.3),
];

/// Position of a province in [`PROVINCES`].
pub(super) fn position(name_zh: &str) -> Option<usize> {
    PROVINCES.iter().position(|p| p.name_zh == name_zh)
}

impl Province {
    /// How much likelier a model is here than in the country, before chance.
    pub(super) fn leaning(&self, model: &Model) -> f64 {
        let power = match (model.powertrain, self.electric_tier) {
            (Powertrain::Electric, 1) => 1.5,
            (Powertrain::Electric, 2) => 0.9,
            (Powertrain::Electric, _) => 0.35,
            (Powertrain::Hybrid, 1) => 1.2,
            (Powertrain::Hybrid, 2) => 1.0,
            (Powertrain::Hybrid, _) => 0.6,
            (Powertrain::Combustion, 1) => 0.75,
            (Powertrain::Combustion, 2) => 1.05,
            (Powertrain::Combustion, _) => 1.4,
        };
        let body = if model.body == Body::Suv { self.suv } else { 1.0 };
        // A rich province leans to dear cars: (income)^(log2(price / 130,000) / 2).
        let dear = libm::log2(model.price_cny / 130_000.0) / 2.0;
        power * body * libm::exp2(libm::log2(self.income) * dear)
    }
}
