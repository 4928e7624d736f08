//! Every word of the page in both languages, in one table. Sentences have places in braces.

use super::number::Lang;

/// Key, English, Chinese.
pub const WORDS: &[(&str, &str, &str)] = &[
    // Frame
    ("page.report", "Network plan", "网络规划报告"),
    ("page.synthetic", "Synthetic data", "合成数据"),
    (
        "page.synthetic.note",
        "Dealers or sales in this scenario are made up; no figure describes a real company.",
        "本场景的经销商或销量为合成数据，任何数字都不代表真实企业。",
    ),
    ("page.from", "Plan from", "计划起始日"),
    ("page.contents", "Contents", "目录"),
    ("page.theme", "Light or dark", "浅色或深色"),
    ("page.language", "Language", "语言"),
    ("page.skip", "Skip to the decision", "跳到决策"),
    ("page.source", "Source", "数据来源"),
    ("page.colon", ": ", "："),
    ("page.semicolon", "; ", "；"),
    ("page.today", "Today", "现状"),
    ("page.plan", "Plan", "规划"),
    ("page.difference", "Difference", "差异"),
    (
        "page.noscript",
        "Tables, filters, the stores on the map and its side panel need JavaScript; every figure is also in the CSV files beside this page.",
        "表格、筛选、地图上的门店和侧栏需要 JavaScript；所有数字也在本页旁边的 CSV 文件中。",
    ),
    ("page.missing", "Not available: {file} was not written by this run.", "暂缺：本次运行没有写出 {file}。"),
    ("page.nothing", "Nothing to show: the table is empty.", "没有内容：该表为空。"),
    ("size.zones", "zones", "个需求区"),
    ("size.regions", "regions", "个大区"),
    ("size.sites", "sites", "个站点"),
    ("size.dealers", "dealers", "家经销商"),
    ("size.candidates", "candidates", "个候选点"),
    ("size.plants", "plants", "座工厂"),
    ("size.models", "models", "款车型"),
    ("size.history_weeks", "weeks of history", "周历史"),
    ("size.horizon_weeks", "weeks ahead", "周计划期"),
    // Sections
    ("nav.decision", "Decision", "决策"),
    ("nav.map", "Map", "地图"),
    ("nav.kpi", "Measures", "指标"),
    ("nav.plots", "Outlook", "展望"),
    ("nav.placement", "Stores", "网点"),
    ("nav.league", "Dealer league", "经销商排行"),
    ("nav.stock", "Stock and orders", "库存与订单"),
    ("nav.transfers", "Transfers", "调拨"),
    ("nav.warnings", "Warnings", "预警"),
    ("nav.compare", "Compare", "方案比较"),
    ("nav.data", "Data and proof", "数据与证明"),
    // Dealer league
    (
        "league.total",
        "{red} dealers are red, {amber} amber and {green} green, by what they sold in the last weeks (13 at most) and what stands on their ground today.",
        "按最近（至多 13 周）的销量与当前库存：红色 {red} 家，黄色 {amber} 家，绿色 {green} 家。",
    ),
    ("league.worst", "The five that stand worst", "状况最差的五家"),
    (
        "league.one",
        "stock for {coefficient} months (95 %: {low} to {high}), {aged} of it older than 90 days; sells {effectiveness} of what the market model gives it.",
        "库存系数 {coefficient}（95% 区间 {low} 至 {high}），其中 {aged} 超过 90 天；实际销量为市场模型应得销量的 {effectiveness}。",
    ),
    ("league.all", "All dealers", "全部经销商"),
    ("league.how", "How these are counted, and what is missing", "指标口径与缺少的数据"),
    (
        "league.how.turn",
        "Turn: days in which today's stock would be sold at the rate of the last weeks (13 at most).",
        "周转天数：按最近（至多 13 周）的销售速度售完现有库存所需天数。",
    ),
    (
        "league.how.coefficient",
        "Stock coefficient: the same in months. The trade warns at 1.5 and sounds the alarm at 2.5.",
        "库存系数：同上，以月计。行业警戒线 1.5，预警线 2.5。",
    ),
    (
        "league.how.aged",
        "Aged: share of the stock older than 90 days (Wilson interval); 10 % is the line here (assumed).",
        "长库龄占比：库龄超过 90 天的比例（Wilson 区间）；此处以 10% 为界（假设）。",
    ),
    (
        "league.how.effectiveness",
        "Sales effectiveness: cars sold per car that the market model gives the dealer out of all that were sold (Poisson interval).",
        "销售效能：实际销量除以市场模型按全部销量分给该店的销量（泊松区间）。",
    ),
    (
        "league.how.floor",
        "Floor plan: holding cost of the stock per car sold.",
        "库存资金成本：每售出一辆车所摊的持有成本。",
    ),
    (
        "league.how.tier",
        "Amber: the interval of one measure (coefficient above 1.5, aged above 10 %, effectiveness below 1) lies wholly on the wrong side. Red: of more than one, or a coefficient surely above 2.5.",
        "黄色：一项指标（系数高于 1.5、长库龄高于 10%、效能低于 1）的区间全部落在不利一侧；红色：多于一项，或系数确定高于 2.5。",
    ),
    (
        "league.lacking",
        "Seven of the trade's twelve measures want tables that a scenario does not have:",
        "行业十二项指标中有七项需要场景中没有的数据表：",
    ),
    ("league.lacking.per_head", "sales per head: staff by dealer and month", "人均销量：各店每月销售人员数"),
    (
        "league.lacking.lead_conversion",
        "lead conversion: leads with their dates and outcomes",
        "线索转化率：线索的日期与结果",
    ),
    ("league.lacking.test_drive", "test-drive close: test drives and their outcomes", "试驾成交率：试驾及其结果"),
    (
        "league.lacking.absorption",
        "service absorption: gross profit of service and parts, overhead",
        "售后吸收率：售后毛利与固定费用",
    ),
    ("league.lacking.price_realisation", "price realisation: net prices by sale", "价格实现率：每笔成交净价"),
    ("league.lacking.retention", "retention: workshop visits by car", "客户保持率：每车进厂记录"),
    ("league.lacking.satisfaction", "customer satisfaction: answers and their number", "客户满意度：得分与样本数"),
    ("col.tier", "Tier", "等级"),
    ("col.sold", "Sold lately", "近期销量"),
    ("col.instock", "In stock", "库存"),
    ("col.turn", "Turn, days", "周转天数"),
    ("col.coefficient", "Coefficient", "库存系数"),
    ("col.from_end", "from", "下限"),
    ("col.to_end", "to", "上限"),
    ("col.aged", "Aged", "长库龄"),
    ("col.effectiveness", "Effectiveness", "销售效能"),
    ("col.floor", "Floor plan a car", "单车库存成本"),
    // Comparison
    ("compare.first", "Differences are to", "差异均相对于"),
    ("compare.base", "first", "首个方案"),
    ("compare.tornado", "Yearly profit more or less than the first plan", "年利润与首个方案之差"),
    ("compare.none", "The plans were not simulated.", "这些方案没有仿真结果。"),
    ("compare.figures", "Figures of all plans", "各方案指标"),
    (
        "compare.regret",
        "Regret: yearly profit below the best of these plans",
        "遗憾值：年利润低于这些方案中最优者的金额",
    ),
    ("compare.mean", "Mean", "均值"),
    ("compare.worst", "Worst future", "最坏情形"),
    ("compare.best", "Best in", "最优占比"),
    ("compare.decisions", "Decisions that differ", "不同的决策"),
    ("compare.stores", "Stores", "网点"),
    ("compare.orders", "Order lines (cars)", "订单行（辆）"),
    ("compare.transfers", "Transfers (cars)", "调拨（辆）"),
    ("compare.place.objective_cny_per_year", "Placement: profit a year", "选址：年利润"),
    ("compare.place.one_off_cost_cny", "Placement: one-off money", "选址：一次性投入"),
    ("compare.place.stores_plan", "Placement: stores", "选址：门店数"),
    ("compare.replenish.cost_cny", "Replenishment: cost", "补货：成本"),
    ("compare.replenish.cars_ordered", "Replenishment: cars ordered", "补货：订车数"),
    ("compare.transfer.moves", "Transfers: cars moved", "调拨：辆数"),
    ("compare.transfer.profit_cny", "Transfers: profit", "调拨：收益"),
    // Decision
    (
        "say.network",
        "Open {opened} stores, close {closed}, move {moved} and improve {improved}; {kept} stay as they are, so that {stores_today} stores become {stores_plan}.",
        "新开 {opened} 家门店，关闭 {closed} 家，迁址 {moved} 家，升级改造 {improved} 家，其余 {kept} 家维持不变：网点由 {stores_today} 家变为 {stores_plan} 家。",
    ),
    (
        "say.network.none",
        "No placement was computed: the network stays as it is.",
        "本次没有进行选址计算：网络维持现状。",
    ),
    (
        "say.gain",
        "Simulated over {days} days, the plan earns {mean} a year more than today’s network; the 95% interval runs from {low} to {high}.",
        "经 {days} 天仿真，规划方案每年比现有网络多盈利 {mean}，95% 置信区间为 {low} 至 {high}。",
    ),
    (
        "say.loss",
        "Simulated over {days} days, the plan earns {mean} a year less than today’s network (95% interval of the difference: {low} to {high}): do not carry it out on this ground.",
        "经 {days} 天仿真，规划方案每年比现有网络少盈利 {mean}（差异的 95% 置信区间为 {low} 至 {high}）：不宜据此实施。",
    ),
    (
        "say.open",
        "Simulated over {days} days, profit does not decide between the two networks: the difference is {mean} a year, and its 95% interval from {low} to {high} contains zero.",
        "经 {days} 天仿真，利润尚不能区分两个网络：每年差异为 {mean}，其 95% 置信区间 {low} 至 {high} 包含零。",
    ),
    (
        "say.gain.none",
        "The two networks were not simulated: what the plan earns is not known.",
        "两个网络尚未模拟：规划方案的收益未知。",
    ),
    (
        "say.cost",
        "The changes cost {one_off} once; by the placement model a year’s profit goes from {before} to {after}.",
        "上述调整一次性投入 {one_off}；按选址模型计算，年利润由 {before} 变为 {after}。",
    ),
    ("say.cost.none", "What the changes cost was not computed.", "调整所需投入未计算。"),
    (
        "say.customers",
        "Of customers who ask for a car, {fill_today} find it in stock today and {fill_plan} under the plan; {cover_today} of the people are within reach of a store today and {cover_plan} under the plan.",
        "在有购车需求的顾客中，现货满足率现状为 {fill_today}，规划后为 {fill_plan}；门店覆盖人口现状为 {cover_today}，规划后为 {cover_plan}。",
    ),
    ("say.customers.none", "Service to customers was not measured.", "客户服务水平未测算。"),
    (
        "say.week",
        "Next: order {cars} cars over {weeks} weeks and move {moved} cars between dealers, which is worth {value} for {cost}; {now} tasks are for today; of {red} red and {amber} amber warnings the plan settles {settled}.",
        "下一步：{weeks} 周内下单 {cars} 辆，在经销商之间调拨 {moved} 辆（价值 {value}，成本 {cost}）；今日须处理任务 {now} 项；红色预警 {red} 条、黄色预警 {amber} 条，其中 {settled} 条由计划解决。",
    ),
    ("say.week.none", "Orders and transfers were not computed.", "订单与调拨未计算。"),
    ("say.proof", "How sure", "可信程度"),
    ("say.proof.place", "placement within {gap} of the best possible", "选址结果与可能最优值相差不超过 {gap}"),
    ("say.proof.replenish", "orders within {gap}", "订单相差不超过 {gap}"),
    (
        "say.proof.simulate",
        "{replications} simulated futures, the same for both networks",
        "模拟 {replications} 种未来情形，两个网络相同",
    ),
    (
        "say.proof.clock",
        "a time limit stopped {step}: another run may differ",
        "{step}因时间上限而停止：再次运行结果可能不同",
    ),
    ("big.profit", "Profit, plan minus today", "利润：规划减现状"),
    ("big.interval", "95% interval", "95% 置信区间"),
    ("big.to", "to", "至"),
    ("big.stores", "Stores", "门店数"),
    ("big.fill", "Served from stock", "现货满足率"),
    ("big.sales", "Cars sold a year", "年销量"),
    ("big.lost", "Sales lost", "流失销量"),
    ("big.oneoff", "One-off cost", "一次性投入"),
    // Map
    ("map.label", "Map of stores and demand zones", "门店与需求区地图"),
    ("map.view", "Network", "网络"),
    ("map.metric", "Zones show", "需求区显示"),
    ("map.share", "Share of the market", "市场份额"),
    ("map.cover", "Coverage", "覆盖"),
    ("map.overlap", "Overlap", "重叠"),
    ("map.transfers", "Transfers", "调拨"),
    ("map.candidates", "Candidates not used", "未采用的候选点"),
    ("map.find", "Find a store or zone", "查找门店或需求区"),
    ("map.zoomin", "Zoom in", "放大"),
    ("map.zoomout", "Zoom out", "缩小"),
    ("map.reset", "Whole map", "全图"),
    (
        "map.hint",
        "Click a store or zone for its figures. With the map in focus: arrows go from store to store, + and − zoom, Shift + arrows move, Esc closes.",
        "点击门店或需求区查看数据。地图获得焦点后：方向键在门店间移动，+ 与 − 缩放，Shift + 方向键平移，Esc 关闭。",
    ),
    ("map.size", "Circle area: cars registered a year", "圆面积：年上牌量（辆）"),
    ("map.colour.share", "Colour: our share of registrations", "颜色：本品牌占上牌量份额"),
    ("map.colour.diff", "Colour: change of share, plan minus today", "颜色：份额变化（规划减现状）"),
    ("map.colour.cover", "Colour: reached by a store in time", "颜色：是否在到店时间内"),
    ("map.colour.overlap", "Colour: overlap of stores (1 − concentration)", "颜色：门店重叠度（1 − 集中度）"),
    ("map.covered", "covered", "已覆盖"),
    ("map.blind", "blind spot", "盲区"),
    ("map.gained", "newly covered", "新增覆盖"),
    ("map.dropped", "no longer covered", "失去覆盖"),
    ("map.plant", "plant", "工厂"),
    ("map.hub", "hub", "中转库"),
    ("map.move", "move", "迁址"),
    (
        "map.outline",
        "Land outline: Natural Earth, public domain. No administrative borders.",
        "陆地轮廓：Natural Earth（公有领域）。未绘制行政边界。",
    ),
    ("map.none", "There is nothing to place on a map.", "没有可在地图上显示的内容。"),
    ("map.zones", "All zones in figures", "全部需求区数据"),
    ("panel.title", "Store or zone", "门店或需求区"),
    ("panel.empty", "Nothing chosen yet.", "尚未选择。"),
    ("panel.close", "Close", "关闭"),
    ("panel.serves", "Sells most to", "主要服务"),
    ("panel.served", "Buys most at", "主要购车门店"),
    ("panel.store", "Store", "门店"),
    ("panel.candidate", "Candidate", "候选点"),
    ("panel.zone", "Demand zone", "需求区"),
    ("panel.plant", "Plant", "工厂"),
    ("panel.hub", "Hub", "中转库"),
    ("panel.movesto", "Moves to", "迁往"),
    ("panel.orders", "Cars ordered over the horizon", "计划期内订购（辆）"),
    ("panel.in", "Cars moved in", "调入（辆）"),
    ("panel.out", "Cars moved out", "调出（辆）"),
    // Actions and kinds
    ("action.keep", "keep", "保留"),
    ("action.improve", "improve", "升级改造"),
    ("action.open", "open", "新开"),
    ("action.close", "close", "关闭"),
    ("action.move_out", "move away", "迁出"),
    ("action.move_in", "move here", "迁入"),
    ("action.stay_closed", "not opened", "不开"),
    // KPI
    ("kpi.measure", "Measure", "指标"),
    ("kpi.unit", "Unit", "单位"),
    ("kpi.verdict", "Verdict", "结论"),
    ("kpi.better", "better", "改善"),
    ("kpi.worse", "worse", "变差"),
    ("kpi.undecided", "undecided", "未定"),
    ("kpi.same", "equal", "相同"),
    ("kpi.changed", "changed", "有变化"),
    ("kpi.picture", "Difference around zero", "差异相对零点"),
    (
        "kpi.note",
        "Mean over the replications, 95% interval below it. Both networks meet the same simulated customers, so the difference is known better than either level. A verdict is “undecided” when its interval contains zero.",
        "表中为各次重复的均值，下方为 95% 置信区间。两个网络面对同一批模拟顾客，因此差异比各自水平更精确。区间包含零时结论为“未定”。",
    ),
    ("kpi.profit", "Profit", "利润"),
    ("kpi.contribution", "Contribution", "边际贡献"),
    ("kpi.fixed_cost", "Fixed cost", "固定成本"),
    ("kpi.one_off_cost", "One-off cost (yearly part)", "一次性投入（摊销）"),
    ("kpi.holding_cost", "Cost of holding stock", "库存持有成本"),
    ("kpi.age_discount", "Discounts for age", "库龄折让"),
    ("kpi.lost_sales_cost", "Cost of lost sales", "失销成本"),
    ("kpi.freight_cost", "Freight", "运费"),
    ("kpi.transfer_cost", "Transfers", "调拨成本"),
    ("kpi.sales", "Sales", "销量"),
    ("kpi.lost", "Sales lost", "流失销量"),
    ("kpi.fill_rate", "Served from stock", "现货满足率"),
    ("kpi.stock_mean", "Mean stock", "平均库存"),
    ("kpi.days_of_supply", "Days of supply", "可供天数"),
    ("kpi.aged_share", "Aged stock (over 90 days)", "长库龄占比（90 天以上）"),
    ("kpi.stock_coefficient", "Stock coefficient", "库存系数"),
    ("kpi.stores", "Stores", "门店数"),
    ("kpi.coverage", "People covered", "人口覆盖率"),
    ("kpi.overlap", "Overlap of stores", "门店重叠度"),
    ("unit.cny", "money", "金额"),
    ("unit.cars", "cars", "辆"),
    ("unit.share", "share", "占比"),
    ("unit.days", "days", "天"),
    ("unit.min", "min", "分钟"),
    ("unit.months", "months", "月"),
    ("unit.count", "number", "个"),
    // Plots
    (
        "plot.weeks",
        "Simulated weeks: half of the futures lie above the line, nine in ten inside the band",
        "模拟周度走势：一半情形高于曲线，九成情形落在带内",
    ),
    ("plot.sales", "Sales a week", "周销量"),
    ("plot.stock", "Stock at the end of the week", "周末库存"),
    ("plot.lost", "Sales lost a week", "周流失销量"),
    ("plot.cars", "cars", "辆"),
    ("plot.week", "week", "周"),
    ("plot.forecast", "Forecast by model, with its 90% band", "分车型预测及 90% 区间"),
    ("plot.model", "Model", "车型"),
    ("plot.backtest", "How the forecast did on weeks it had not seen", "预测回测（未参与拟合的周）"),
    ("plot.regions", "Contribution by region", "各大区边际贡献"),
    ("plot.horizon", "Planned weeks, all dealers together", "计划周度走势（全部经销商）"),
    ("plot.arrivals", "Arrivals", "到货"),
    ("plot.demand.short", "Demand", "需求"),
    ("plot.stockline", "Stock", "库存"),
    ("plot.coefficient", "Dealers by stock coefficient (months of stock)", "经销商库存系数分布（月）"),
    ("plot.dealers", "dealers", "家"),
    ("plot.warn", "warning line", "警戒线"),
    ("plot.alarm", "alarm line", "红线"),
    // Tables
    ("col.store", "Store", "门店"),
    ("col.zone", "Zone", "需求区"),
    ("col.region", "Region", "大区"),
    ("col.action", "Action", "动作"),
    ("col.format_today", "Format today", "现状业态"),
    ("col.format_plan", "Format planned", "规划业态"),
    ("col.sales_today", "Cars a year, today", "年销量·现状"),
    ("col.sales_plan", "Cars a year, plan", "年销量·规划"),
    ("col.capacity", "Capacity a year", "年产能力（辆）"),
    ("col.profit_today", "Profit a year, today", "年利润·现状"),
    ("col.profit_plan", "Profit a year, plan", "年利润·规划"),
    ("col.one_off", "One-off cost", "一次性投入"),
    ("col.reason", "Reason", "原因"),
    ("col.owner", "Owner", "所有者"),
    ("col.population", "Population", "人口"),
    ("col.registrations", "Registrations a year", "年上牌量"),
    ("col.share_today", "Share, today", "份额·现状"),
    ("col.share_plan", "Share, plan", "份额·规划"),
    ("col.nearest_today", "Minutes to a store, today", "到店分钟·现状"),
    ("col.nearest_plan", "Minutes to a store, plan", "到店分钟·规划"),
    ("col.covered_today", "Covered today", "现状覆盖"),
    ("col.covered_plan", "Covered, plan", "规划覆盖"),
    ("col.overlap_today", "Overlap, today", "重叠·现状"),
    ("col.overlap_plan", "Overlap, plan", "重叠·规划"),
    ("col.fill_today", "Served, today", "满足率·现状"),
    ("col.fill_plan", "Served, plan", "满足率·规划"),
    ("col.stock_today", "Mean stock, today", "平均库存·现状"),
    ("col.stock_plan", "Mean stock, plan", "平均库存·规划"),
    ("col.aged_today", "Aged share, today", "长库龄·现状"),
    ("col.aged_plan", "Aged share, plan", "长库龄·规划"),
    ("col.coef_today", "Stock coefficient, today", "库存系数·现状"),
    ("col.coef_plan", "Stock coefficient, plan", "库存系数·规划"),
    ("col.contribution_today", "Contribution, today", "边际贡献·现状"),
    ("col.contribution_plan", "Contribution, plan", "边际贡献·规划"),
    ("col.cars.year", "Cars a year", "年销量"),
    ("col.profit.year", "Profit a year", "年利润"),
    ("col.nearest", "Minutes to a store", "到店分钟"),
    ("col.model", "Model", "车型"),
    ("col.segment", "Segment", "细分市场"),
    ("col.actual", "Actual cars", "实际（辆）"),
    ("col.forecast", "Forecast cars", "预测（辆）"),
    ("col.wape", "Error (WAPE)", "误差（WAPE）"),
    ("col.bias", "Bias", "偏差"),
    ("col.plant", "Plant", "工厂"),
    ("col.week", "Week of", "周起始日"),
    ("col.cars", "Cars", "数量（辆）"),
    ("col.total", "Total", "合计"),
    ("col.from", "From", "调出方"),
    ("col.to", "To", "调入方"),
    ("col.age", "Age, days", "库龄（天）"),
    ("col.distance", "Distance, km", "距离（公里）"),
    ("col.cost", "Cost", "成本"),
    ("col.value", "Worth", "价值"),
    ("col.severity", "Severity", "级别"),
    ("col.after", "After the plan", "计划执行后"),
    ("col.priority", "When", "优先级"),
    ("col.due", "Due", "截止日"),
    ("col.todo", "What to do", "措施"),
    ("col.warnings", "Warnings", "预警数"),
    ("col.text", "What is wrong", "问题"),
    ("col.advice", "What to do", "措施"),
    ("col.money", "Money at stake", "涉及金额"),
    ("col.probability", "Probability", "概率"),
    ("col.lead", "Days left", "剩余天数"),
    ("col.lost_today", "Lost, today", "流失·现状"),
    ("col.lost_plan", "Lost, plan", "流失·规划"),
    ("col.format", "Format", "业态"),
    ("severity.green", "green", "绿色"),
    ("severity.red", "red", "红色"),
    ("severity.amber", "amber", "黄色"),
    ("severity.settled", "settled", "已解决"),
    ("severity.pending", "pending", "待确认"),
    ("priority.now", "now", "今日"),
    ("priority.next", "next", "其次"),
    ("priority.watch", "watch", "观察"),
    ("todo.order", "order", "下单"),
    ("todo.transfer", "transfer", "调拨"),
    ("todo.decide", "decide", "人工决策"),
    ("table.filter", "Filter", "筛选"),
    ("table.all", "all", "全部"),
    ("table.shown", "{shown} of {total} rows", "显示 {shown} 行，共 {total} 行"),
    (
        "table.top",
        "the first {kept} of {total} by {by}; all are in {file}",
        "按{by}取前 {kept} 行，共 {total} 行；全部见 {file}",
    ),
    ("table.allin", "all in {file}", "全部见 {file}"),
    ("table.more", "Show more", "显示更多"),
    ("table.copy", "Copy rows", "复制各行"),
    ("table.copied", "Copied", "已复制"),
    ("table.empty", "No row matches.", "没有符合条件的行。"),
    ("table.yes", "yes", "是"),
    ("table.no", "no", "否"),
    ("table.sort", "Sort by", "排序"),
    // Sections' heads
    ("placement.head", "What happens to each store, and why", "每家门店的安排与原因"),
    ("stock.pivot", "Cars ordered by model and week", "分车型、分周订购量（辆）"),
    ("stock.lines", "Largest order lines", "最大的订单行"),
    ("stock.dealers", "Dealers: service and stock, today and plan", "经销商：服务与库存（现状与规划）"),
    ("stock.models", "Models: service and stock, today and plan", "车型：服务与库存（现状与规划）"),
    ("stock.total", "cars in {lines} order lines", "辆，共 {lines} 条订单"),
    (
        "transfers.total",
        "cars in {lines} moves, worth {value} for {cost} of freight",
        "辆，共 {lines} 笔调拨，价值 {value}，运费 {cost}",
    ),
    (
        "warnings.total",
        "{red} red and {amber} amber; the plan’s transfers and orders settle {settled} of them",
        "红色 {red} 条，黄色 {amber} 条；其中 {settled} 条由计划中的调拨与订单解决",
    ),
    (
        "tasks.total",
        "{now} of {tasks} tasks are for today: they carry {money} of the {all} at stake in all",
        "{tasks} 项任务中有 {now} 项须今日处理：涉及金额 {money}（全部 {all}）",
    ),
    ("tasks.head", "Tasks", "任务"),
    ("warnings.head", "Warnings by dealer and model", "分经销商、分车型预警"),
    // Data
    ("data.steps", "Answers and how far they are proven", "各步骤结果及其证明程度"),
    ("data.step", "Step", "步骤"),
    ("data.status", "Status", "状态"),
    ("data.gap", "Gap", "间隙"),
    ("data.grade", "Grade", "等级"),
    ("data.repeatable", "Repeatable", "可重复"),
    ("data.figures", "Figures", "数据"),
    (
        "data.gapnote",
        "Gap: how far the answer can be from the best possible one, relative to it. “Repeatable” means that the same input and seed give the same answer to the last digit.",
        "间隙：结果与可能的最优值之间的最大相对差距。“可重复”指相同输入与种子得到逐位相同的结果。",
    ),
    ("data.aggregated", "What was aggregated or assumed", "汇总与假设"),
    ("data.none", "Nothing was recorded.", "无记录。"),
    ("data.absent", "Parts that are missing", "缺失部分"),
    ("data.absent.none", "Every file of the results folder was read.", "结果文件夹中的全部文件均已读取。"),
    ("data.notwritten", "not written", "未写出"),
    ("data.provenance", "Provenance", "来源与版本"),
    ("data.item", "Item", "项目"),
    ("data.entry", "Entry", "内容"),
    ("step.check", "Check of the tables", "数据检查"),
    ("step.forecast", "Forecast", "需求预测"),
    ("step.place", "Placement", "选址"),
    ("step.replenish", "Orders", "订单"),
    ("step.transfer", "Transfers", "调拨"),
    ("step.simulate", "Simulation", "模拟"),
    (
        "foot.made",
        "Made by forecourt. Every figure on this page is in the tables beside it.",
        "由 forecourt 生成。本页所有数字均可在同一文件夹的表格中查到。",
    ),
];

/// The word of a key; the key itself where there is none (a test finds those).
pub fn word(key: &str, lang: Lang) -> &str {
    WORDS.iter().find(|w| w.0 == key).map_or(key, |w| if lang == Lang::En { w.1 } else { w.2 })
}

/// Whether the key is in the table.
pub fn known(key: &str) -> bool {
    WORDS.iter().any(|w| w.0 == key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn places(text: &str) -> BTreeSet<&str> {
        text.split('{').skip(1).filter_map(|s| s.split_once('}')).map(|s| s.0).collect()
    }

    /// A Chinese character or full-width punctuation.
    fn chinese(c: char) -> bool {
        ('\u{4e00}'..='\u{9fff}').contains(&c)
            || ('\u{ff00}'..='\u{ffef}').contains(&c)
            || ('\u{3000}'..='\u{303f}').contains(&c)
    }

    #[test]
    fn every_key_has_both_languages_once() {
        let keys: BTreeSet<_> = WORDS.iter().map(|w| w.0).collect();
        assert_eq!(keys.len(), WORDS.len(), "a key stands twice");
        for (key, en, zh) in WORDS {
            assert!(!en.trim().is_empty(), "{key} has no English");
            assert!(zh.chars().any(chinese), "{key} has no Chinese");
            assert!(!en.chars().any(chinese), "{key}: Chinese in the English text");
        }
    }

    #[test]
    fn both_languages_name_the_same_places() {
        for (key, en, zh) in WORDS {
            assert_eq!(places(en), places(zh), "{key}");
        }
    }

    /// Keys that the page's script asks for: `t("…")`.
    #[test]
    fn the_script_asks_for_known_keys_only() {
        let script = include_str!("page.js");
        let asked: Vec<_> = script.split("t(\"").skip(1).filter_map(|s| s.split_once('"')).map(|s| s.0).collect();
        let asked: Vec<_> = asked.into_iter().filter(|k| k.contains('.')).collect();
        assert!(asked.len() > 10);
        for key in asked {
            // A key that ends with a dot is completed by a value of a table (an action, a severity).
            assert!(if key.ends_with('.') { WORDS.iter().any(|w| w.0.starts_with(key)) } else { known(key) }, "{key}");
        }
    }
}
