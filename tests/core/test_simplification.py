import random
from itertools import combinations, pairwise

from incidents.core.shapes import Point, Shapes, topology
from incidents.core.simplification import simplified


def _reach(one: tuple[Point, Point], axis: int, other: tuple[Point, Point]) -> bool:
    (a, b), (c, d) = sorted(point[axis] for point in one), sorted(point[axis] for point in other)
    return max(a, c) <= min(b, d)


def crosses(one: tuple[Point, Point], other: tuple[Point, Point]) -> bool:
    """Whether two edges meet anywhere but at a common end."""
    if set(one) & set(other) or not all(_reach(one, axis, other) for axis in (0, 1)):
        return False
    (a, b), (c, d) = one, other

    def side(p: Point, q: Point, r: Point) -> int:
        found = (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])
        return (found > 0) - (found < 0)

    return side(a, b, c) * side(a, b, d) <= 0 and side(c, d, a) * side(c, d, b) <= 0


def coast(seed: int) -> Shapes:
    """Three areas side by side with ragged borders between them, and a lake close to one of these."""
    drawn = random.Random(seed)
    lines = [[(100 * n + drawn.randrange(-30, 31), y * 10) for y in range(31)] for n in range(4)]
    polygons = {str(n): [[[*one[::-1], *other, one[-1]]]] for n, (one, other) in enumerate(pairwise(lines))}
    lake = [(140, 141), (146, 139), (160, 149), (152, 158), (143, 155), (140, 141)]
    polygons["1"][0].append(lake)
    return topology(polygons)


def corners(shapes: Shapes) -> int:
    return sum(map(len, shapes.arcs))


def test_no_border_crosses_another_however_much_is_left_out() -> None:
    for seed in range(12):
        for least in (20, 400, 100_000):
            shapes = simplified(coast(seed), least)
            edges = [edge for arc in shapes.arcs for edge in pairwise(arc)]
            assert not [pair for pair in combinations(edges, 2) if crosses(*pair)], (seed, least)


def test_more_is_left_out_the_coarser_it_may_be() -> None:
    whole = coast(1)
    left = [corners(simplified(whole, least)) for least in (0, 50, 300, 5_000)]
    assert left[0] == corners(whole)
    assert left == sorted(left, reverse=True)
    assert left[-1] < left[0] / 3


def test_junctions_stay_where_they_were() -> None:
    whole = coast(2)
    ends = [(arc[0], arc[-1]) for arc in whole.arcs]
    assert [(arc[0], arc[-1]) for arc in simplified(whole, 100_000).arcs] == ends


def test_an_island_stays_a_triangle_at_least() -> None:
    ring = [(0, 0), (10, 1), (20, 0), (21, 10), (20, 20), (10, 21), (0, 20), (0, 0)]
    [arc] = simplified(topology({"a": [[ring]]}), 10_000).arcs
    assert len(arc) == 4


def test_two_borders_between_the_same_junctions_do_not_become_one() -> None:
    """A lens between two others would vanish."""
    upper, lower = [(0, 0), (50, 3), (100, 0)], [(0, 0), (50, -3), (100, 0)]
    polygons = {
        "lens": [[[*lower, *upper[1::-1]]]],
        "above": [[[*upper, (50, 90), (0, 0)]]],
        "below": [[[(0, 0), (50, -90), (100, 0), *lower[1::-1]]]],
    }
    shapes = simplified(topology(polygons), 100_000)
    assert shapes.doubled_area(shapes.rings("lens")) > 0
