"""Pictures with Matplotlib, each drawn from the same tables as the numbers.

>>> import lstm_shapes
>>> kernel = lstm_shapes.explain(input_dim=100, units=20).weights[0]
>>> matrix_map(kernel).get_title()
'kernel (100, 80)'
"""

from lstm_shapes.plot.arrays import matrix_map, matrix_maps, weights
from lstm_shapes.plot.cell import cell_diagram
from lstm_shapes.plot.distributions import histograms
from lstm_shapes.plot.over_time import gates_over_time, history

__all__ = ["cell_diagram", "gates_over_time", "histograms", "history", "matrix_map", "matrix_maps", "weights"]
