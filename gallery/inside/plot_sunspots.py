r"""
Sunspots: the gates against the cycle
=====================================

Sunspots come and go in about eleven years. A small LSTM reads one number a year and says the next.
From the number alone one cannot tell whether the sun is getting busier or quieter: it takes memory. Where is it?
**The gates go round with the cycle, and some forget gates tell a rising year from a falling one.**
"""

# %%
# statsmodels ships the yearly counts since 1700. We take their square root, since a busy year is also a noisy one;
# train on the years before 1920; and keep the rest unseen.

import keras
import numpy as np
from matplotlib import pyplot as plt
from statsmodels.datasets import sunspots

data = sunspots.load_pandas().data
years, spots = data.YEAR.to_numpy().astype(int), data.SUNACTIVITY.to_numpy()
series = (np.sqrt(spots) / 10).astype("float32")
first_unseen = int(np.flatnonzero(years == 1920)[0])
pieces = np.lib.stride_tricks.sliding_window_view(
    series[:first_unseen], 41
)  # 40 years and the one after each

SEED, UNITS = 1997, 8
keras.utils.set_random_seed(SEED)
layers = keras.layers
model = keras.Sequential(
    [keras.Input((None, 1)), layers.LSTM(UNITS, return_sequences=True, name="reader"), layers.Dense(1)]
)
model.compile(keras.optimizers.Adam(0.02), loss="mse")
model.fit(pieces[:, :-1, None], pieces[:, 1:, None], epochs=60, batch_size=32, verbose=0)

# %%
# Is it any good?
# ---------------
#
# Against two others on the years it has not seen: "as many as last year", and an autoregression, which Yule invented
# for this very series in 1927: the next year as a weighted sum of the years before, here of nine.

LAGS = 9
truth, unseen = series[1:], slice(first_unseen - 1, None)  # truth[i] follows series[i]
forecast = {"LSTM": np.asarray(model(series[None, :-1, None]))[0, :, 0], "as last year": series[:-1]}

windows = np.lib.stride_tricks.sliding_window_view(series[:-1], LAGS)
windows = np.column_stack([windows, np.ones(len(windows))])
known = first_unseen - LAGS
weights = np.linalg.lstsq(windows[:known], series[LAGS:first_unseen], rcond=None)[0]
forecast["autoregression"] = np.concatenate([np.full(LAGS - 1, np.nan), windows @ weights])

error = {name: float(np.sqrt(np.square(said - truth)[unseen].mean())) for name, said in forecast.items()}
for name, one in error.items():
    print(f"{name:15} {one:.3f}")
assert error["LSTM"] < 0.75 * error["as last year"]
assert error["LSTM"] < 1.25 * error["autoregression"]

# %%
figure, ax = plt.subplots(figsize=(9, 3.2), layout="constrained")
ax.plot(years[first_unseen:], spots[first_unseen:], color="#222222", label="counted")
said = np.square(np.maximum(forecast["LSTM"], 0) * 10)[unseen]
ax.plot(years[first_unseen:], said, "--", color="#d55e00", label="LSTM, one year ahead")
ax.set(title="Sunspots in the years that the network has not seen", xlabel="year", ylabel="sunspots")
ax.legend(frameon=False, loc="upper left")

# %%
# *The forecasts follow the cycle, one year ahead. The LSTM is much better than last year's number, and about as good as
# the nine weights of the autoregression: it is not here for the forecast, but to look inside.*
#
# The gates over the years
# ------------------------

import lstm_shapes
from lstm_shapes import plot

trace = lstm_shapes.trace(model.get_layer("reader"), series[None, :-1, None])
late = trace.isel(time=slice(first_unseen, None))
figure = plot.gates_over_time(late, input=series[None, first_unseen:-1, None], names=["forget", "input", "c"])
ticks = np.arange(0, late.sizes["time"], 20)
figure.axes[0].set_xticks(ticks, years[first_unseen + ticks])
for ax in figure.axes:
    if ax.get_xlabel() == "time":
        ax.set_xlabel("year")

# %%
# *On top what was read (the root of the count), below two gates and the cells, unit by unit. Stripes of about eleven
# years run through most of them. The gates swing only a little about where they stand.*
#
# Which period is the strongest in each gate of each unit? We ask its spectrum. (The sun has slower waves too, and some
# gates follow those.)

activation = trace.activation.isel(direction=0, batch=0).values[15:]  # (time, gate, unit), warmed up
swing = activation - activation.mean(axis=0)
power = np.square(np.abs(np.fft.rfft(swing, axis=0)))
period = 1 / np.fft.rfftfreq(len(swing))[1:][power[1:].argmax(axis=0)]  # (gate, unit)
for gate, row in zip(trace.gate.values, period, strict=True):
    print(f"{gate:7} strongest period, unit by unit: {row.round(1)} years")
with_cycle = ((period > 9) & (period < 13)).mean()
print(f"{with_cycle:.0%} of the gates go with the cycle")
assert with_cycle > 0.6
assert activation.std(axis=0).mean() < 0.15

# %%
# Rising or falling?
# ------------------
#
# Take the years with about the same count, on the way up and on the way down. The input is the same; is the gate? We
# choose the unit in the years of the training, and draw it in the years after.

forget = trace.activation.sel(gate="forget").isel(direction=0, batch=0).values
rise = np.diff(series, prepend=series[0])[:-1]  # since the year before
seen = slice(15, first_unseen)


def together(unit, when):
    """Correlation of a unit's forget gate with the rise."""
    return float(np.corrcoef(forget[when, unit], rise[when])[0, 1])


unit = max(range(UNITS), key=lambda unit: abs(together(unit, seen)))
by_number = float(np.corrcoef(series[:-1][unseen], rise[unseen])[0, 1])
print(
    f"unit {unit}: its forget gate and the rise {together(unit, unseen):.2f}; the number itself {by_number:.2f}"
)

# %%
level, gate, up = spots[:-1][unseen], forget[unseen, unit], rise[unseen] > 0
figure, ax = plt.subplots(figsize=(9, 4), layout="constrained")
ax.plot(level[-23:], gate[-23:], color="#bbbbbb", linewidth=1, zorder=0, label="the last 23 years, in order")
ax.plot(level[up], gate[up], "^", color="#d55e00", label="more than the year before")
ax.plot(level[~up], gate[~up], "v", color="#0072b2", markerfacecolor="white", label="fewer")
ax.set(
    title=f"The forget gate of unit {unit} in the unseen years",
    xlabel="sunspots in the year",
    ylabel="forget gate",
)
ax.legend(frameon=False)

# %%
# *Each triangle is a year. At the same number of sunspots the gate stands elsewhere on the way up than on the way down:
# the years go round in a loop. The kernel sees the number only; the difference is what the
# recurrent kernel makes of the state.*

middle = (level > np.quantile(level, 1 / 3)) & (level < np.quantile(level, 2 / 3))
apart = gate[middle & up].mean() - gate[middle & ~up].mean()
print(
    f"middle third of the counts: {apart:+.3f} between rising and falling, standard deviation of the gate {gate.std():.3f}"
)
assert abs(together(unit, unseen)) > 0.5 > abs(by_number)
assert abs(apart) > 0.5 * gate.std()
