"""What PySpark makes of a lake's raw rows, by itself: nothing of it is shared with the code that it is held against.

Takes one argument, JSON: the dataset, the folder of its raw rows, the folder to write to, and the days to train on and to
test on. Writes Parquet (metrics, profiles, statistics, features) and prints each MLlib model's AUC as JSON.
"""

import json
import sys

from pyspark.ml.classification import (
    LinearSVC,
    LogisticRegression,
    RandomForestClassifier,
)
from pyspark.ml.evaluation import BinaryClassificationEvaluator
from pyspark.ml.feature import StandardScaler, VectorAssembler
from pyspark.ml.regression import DecisionTreeRegressor
from pyspark.sql import SparkSession

asked = json.loads(sys.argv[1])

spark = (
    SparkSession.builder.master("local[2]")
    .appName("spark-parity")
    .config("spark.ui.enabled", "false")
    .config("spark.sql.session.timeZone", "UTC")
    .config("spark.sql.shuffle.partitions", "4")
    .config("spark.sql.ansi.enabled", "true")
    .config("spark.driver.memory", "2g")
    # A short program: compiled quickly rather than well.
    .config("spark.driver.extraJavaOptions", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
    .getOrCreate()
)
spark.sparkContext.setLogLevel("ERROR")

EVENTS = {
    "cdnow": """
        select customer_id, 'PURCHASE' as kind, to_timestamp(`date`, 'yyyyMMdd') as time, cast(null as string) as order_id,
            cast(number_of_cds as bigint) as quantity, cast(null as bigint) as unit_price,
            cast(round(cast(dollar_value as decimal(18, 6)) * 100, 0) as bigint) as amount
        from raw""",
    "online-retail": """
        select nullif(regexp_replace(trim(CustomerID), '[.]0+$', ''), '') as customer_id,
            if(InvoiceNo like 'C%', 'RETURN', 'PURCHASE') as kind, to_timestamp(InvoiceDate, 'yyyy-MM-dd HH:mm:ss') as time,
            nullif(trim(InvoiceNo), '') as order_id, cast(Quantity as bigint) as quantity,
            cast(round(cast(UnitPrice as decimal(18, 6)) * 100, 0) as bigint) as unit_price,
            cast(round(cast(Quantity as bigint) * cast(UnitPrice as decimal(18, 6)) * 100, 0) as bigint) as amount
        from raw
        where not (InvoiceNo like 'A%' or cast(Quantity as bigint) = 0 or cast(UnitPrice as decimal(18, 6)) <= 0
            or (InvoiceNo like 'C%' and cast(Quantity as bigint) > 0)
            or (InvoiceNo not like 'C%' and cast(Quantity as bigint) < 0))""",
}

METRICS = """
    select unix_millis(date_trunc('HOUR', time)) as window_start,
        count_if(kind = 'PURCHASE') as transactions,
        count(distinct if(kind = 'PURCHASE', customer_id, null)) as unique_customers,
        coalesce(sum(if(kind = 'PURCHASE', amount, null)), 0) as revenue,
        coalesce(sum(if(kind = 'PURCHASE', quantity, null)), 0) as quantity,
        count_if(kind = 'RETURN') as returns,
        min(if(kind = 'PURCHASE', unit_price, null)) as min_price,
        avg(if(kind = 'PURCHASE', unit_price, null)) as avg_price,
        max(if(kind = 'PURCHASE', unit_price, null)) as max_price
    from events group by 1"""

PROFILES = """
    select customer_id, purchases, orders, spend, quantity, returns, first_seen, last_seen, first_purchase, last_purchase,
        average_price, if(orders = 0, null, cast(spend as double) / orders) as average_basket
    from (
        select customer_id, count_if(kind = 'PURCHASE') as purchases,
            count(distinct if(kind = 'PURCHASE', order_id, null)) + count_if(kind = 'PURCHASE' and order_id is null) as orders,
            coalesce(sum(if(kind = 'PURCHASE', amount, null)), 0) as spend,
            coalesce(sum(if(kind = 'PURCHASE', quantity, null)), 0) as quantity,
            count_if(kind = 'RETURN') as returns,
            unix_millis(min(time)) as first_seen, unix_millis(max(time)) as last_seen,
            unix_millis(min(if(kind = 'PURCHASE', time, null))) as first_purchase,
            unix_millis(max(if(kind = 'PURCHASE', time, null))) as last_purchase,
            avg(if(kind = 'PURCHASE', unit_price, null)) as average_price
        from events where customer_id is not null group by customer_id)"""


def spread(name, column):
    return f"""avg({column}) as {name}_mean, stddev({column}) as {name}_deviation,
        percentile({column}, 0.25) as {name}_lower_quartile, percentile({column}, 0.5) as {name}_median,
        percentile({column}, 0.75) as {name}_upper_quartile"""


def together(name, x, y):
    return f"nullif(corr({x}, {y}), double('NaN')) as {name}_correlation"


STATISTICS = f"""
    select unix_millis(date_trunc('WEEK', time)) as window_start, count(*) as purchases,
        {spread('price', 'unit_price')}, {spread('quantity', 'quantity')}, {spread('amount', 'amount')},
        {together('price_quantity', 'unit_price', 'quantity')}, {together('price_amount', 'unit_price', 'amount')},
        {together('quantity_amount', 'quantity', 'amount')}
    from events where kind = 'PURCHASE' group by 1"""

# Purchases of one day are one occasion; money in units of the currency.
OCCASIONS = """
    select customer_id, to_date(time) as day, sum(amount) / 100D as amount, sum(quantity) as quantity
    from events where kind = 'PURCHASE' and customer_id is not null group by 1, 2"""


def within(what, days):
    return f"sum(if(ago < {days}, {what}, 0))"


FEATURES = f"""
    select customer_id, as_of, recency, frequency, monetary_sum, monetary_sum / frequency as monetary_mean, tenure,
        gap_mean, gap_sd, recency / greatest(gap_mean, 1) as recency_over_gap,
        count_30, count_90, count_180, spend_30, spend_90, spend_180,
        2 * count_90 - count_180 as trend_90, quantity_mean,
        if(coalesce(next_purchase <= date_add(as_of, 90), false), 0, 1) as label
    from (
        select customer_id, as_of, min(ago) as recency, count(*) as frequency, sum(amount) as monetary_sum,
            max(ago) as tenure, double(coalesce(avg(gap), greatest(max(ago), 1))) as gap_mean,
            if(count(gap) < 2, 0D, stddev_pop(gap)) as gap_sd,
            {within('1', 30)} as count_30, {within('1', 90)} as count_90, {within('1', 180)} as count_180,
            {within('amount', 30)} as spend_30, {within('amount', 90)} as spend_90, {within('amount', 180)} as spend_180,
            sum(quantity) / count(*) as quantity_mean, max_by(following, day) as next_purchase
        from (
            select customer_id, as_of, day, amount, quantity, gap, following, datediff(as_of, day) as ago
            from (
                select *, datediff(day, lag(day) over (partition by customer_id order by day)) as gap,
                    lead(day) over (partition by customer_id order by day) as following
                from occasions)
            join days on day <= as_of)
        group by customer_id, as_of)"""

COLUMNS = """recency frequency monetary_sum monetary_mean tenure gap_mean gap_sd recency_over_gap count_30 count_90
    count_180 spend_30 spend_90 spend_180 trend_90 quantity_mean""".split()


def write(name, query):
    spark.sql(query).coalesce(1).write.mode("overwrite").parquet(f"{asked['to']}/{name}")


def in_logs():
    logs = [f"log1p(greatest({name}, 0)) as {name}" for name in COLUMNS if name != "trend_90"]
    trend = "sign(trend_90) * log1p(abs(trend_90)) as trend_90"
    # A hinge loss of customers of whom most leave is least where all are told the same: both classes weigh as much.
    left = "(select avg(label) from features)"
    weight = f"if(label = 1, 1 - {left}, {left}) as weight"
    return spark.sql(f"select as_of, label, {weight}, {', '.join(logs)}, {trend} from features")


def vectors(rows, scaled):
    assembled = VectorAssembler(inputCols=COLUMNS, outputCol="raw").transform(rows)
    train = assembled.where(assembled.as_of != asked["test"])
    test = assembled.where(assembled.as_of == asked["test"])
    if not scaled:
        return train.withColumnRenamed("raw", "features").cache(), test.withColumnRenamed("raw", "features").cache()
    scaler = StandardScaler(inputCol="raw", outputCol="features", withMean=True).fit(train)
    return scaler.transform(train).cache(), scaler.transform(test).cache()


spark.read.parquet(asked["raw"]).where("_error is null").createOrReplaceTempView("raw")
spark.sql(EVENTS[asked["dataset"]]).cache().createOrReplaceTempView("events")
write("category_metrics", METRICS)
write("client_profiles", PROFILES)
write("category_statistics", STATISTICS)

days = [(day,) for day in [*asked["train"], asked["test"]]]
spark.createDataFrame(days, "as_of string").selectExpr("to_date(as_of) as as_of").createOrReplaceTempView("days")
spark.sql(OCCASIONS).cache().createOrReplaceTempView("occasions")
write("features", FEATURES)
spark.read.parquet(f"{asked['to']}/features").createOrReplaceTempView("features")


def auc_of(model, rows):
    scored = model.transform(rows)
    # The regression tree's prediction is the share of its leaf that left.
    score = "rawPrediction" if "rawPrediction" in scored.columns else "prediction"
    return BinaryClassificationEvaluator(rawPredictionCol=score, numBins=0).evaluate(scored)


raw_train, raw_test = vectors(spark.table("features"), scaled=False)
log_train, log_test = vectors(in_logs(), scaled=True)
leaf = max(80, raw_train.count() // 1000)
models = {
    "logistic_regression": (LogisticRegression(regParam=1e-4, maxIter=25), log_train, log_test),
    "linear_svc": (LinearSVC(regParam=1e-3, maxIter=60, weightCol="weight"), log_train, log_test),
    # Spark's classifier merges leaves that say the same class, whatever their shares, and then ranks nobody. Of two classes,
    # variance is half of Gini's impurity, so that a regression tree makes the same splits.
    "decision_tree": (DecisionTreeRegressor(labelCol="label", maxDepth=6, minInstancesPerNode=leaf), raw_train, raw_test),
    "random_forest": (
        RandomForestClassifier(numTrees=40, maxDepth=10, minInstancesPerNode=leaf, seed=1),
        raw_train,
        raw_test,
    ),
}
auc = {name: auc_of(model.fit(train), test) for name, (model, train, test) in models.items()}
print(json.dumps(auc))
spark.stop()
