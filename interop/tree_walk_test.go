package modelx

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// randomTree grows a tree of about the size, in the order that scikit-learn has without max_leaf_nodes.
func randomTree(rng *rand.Rand, size, d int) *modelxpb.TreeProto {
	p := &modelxpb.TreeProto{}
	var grow func(size int)
	grow = func(size int) {
		if size < 2 {
			p.Features = append(p.Features, -1)
			p.Values = append(p.Values, rng.NormFloat64())
			p.NNodeSamples = append(p.NNodeSamples, uint64(rng.IntN(50)))
			return
		}
		node, at := len(p.Features), len(p.Left)
		p.Features = append(p.Features, int32(rng.IntN(d)))
		p.Thresholds = append(p.Thresholds, rng.NormFloat64()*float64(1+rng.IntN(3)))
		p.MissingLeft = append(p.MissingLeft, rng.IntN(2) == 0)
		p.Left, p.Right = append(p.Left, 1), append(p.Right, 0)
		left := 1 + rng.IntN(size-1)
		grow(left)
		p.Right[at] = uint32(len(p.Features) - node)
		grow(size - left)
	}
	grow(size)
	return p
}

// leafValue is what TreeProto's comment says, node by node.
func leafValue(p *modelxpb.TreeProto, row []float64) float64 {
	inner, leaves := make([]int, len(p.Features)), make([]int, len(p.Features))
	i, l := 0, 0
	for node, f := range p.Features {
		inner[node], leaves[node] = i, l
		if f >= 0 {
			i++
		} else {
			l++
		}
	}
	node := 0
	for p.Features[node] >= 0 {
		k := inner[node]
		v := float32(row[p.Features[node]])
		left := float64(v) <= p.Thresholds[k]
		if v != v {
			left = len(p.MissingLeft) > 0 && p.MissingLeft[k]
		}
		if left {
			node += int(p.Left[k])
		} else {
			node += int(p.Right[k])
		}
	}
	return p.Values[leaves[node]]
}

func randomRows(rng *rand.Rand, trees []*modelxpb.TreeProto, rows, d int, missing bool) []float64 {
	x := make([]float64, rows*d)
	for i := range x {
		switch rng.IntN(8) {
		case 0: // On a threshold, or beside it.
			if t := trees[rng.IntN(len(trees))].Thresholds; len(t) > 0 {
				x[i] = t[rng.IntN(len(t))]
			}
			x[i] = math.Nextafter(x[i], float64(rng.IntN(3)-1)*1e300)
		case 1:
			x[i] = math.Copysign(0, -1)
		case 2:
			if missing {
				x[i] = math.NaN()
			}
		default:
			x[i] = rng.NormFloat64() * 2
		}
	}
	return x
}

func TestWalksOfAllShapes(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct {
		trees, size, d int
		missing        bool
	}{
		{1, 1, 1, true}, {1, 2, 1, false}, {3, 40, 5, true}, {8, 40, 5, false}, {9, 300, 3, true}, {20, 17, 90, true},
		{2, 40_000, 4, true}, // Wide: more slots than 16 bits count.
		{3, 60, 9_000, true}, // Wide: longer rows than 16 bits count.
	} {
		var protos []*modelxpb.TreeProto
		for range c.trees {
			protos = append(protos, randomTree(rng, c.size, c.d))
		}
		set, leaves, err := newTreeSet(protos, int32(c.d), 1, c.missing, "", func(int) string { return "" })
		if err != nil {
			t.Fatal(err)
		}
		if wide := c.size > 30_000 || c.d > 8_000; (set.narrow == nil) != wide {
			t.Errorf("%+v: wide nodes: %t", c, !wide)
		}
		sums := newTreeSums(set, leaves, 1, nil, func(i int) []float64 { return protos[i].Values })
		for _, rows := range []int{1, 2, 7, 8, 9, 300} {
			x, got := randomRows(rng, protos, rows, c.d, c.missing), make([]float64, rows)
			if err := sums.add(got, 1, x, 0); err != nil {
				t.Fatal(err)
			}
			for i := range rows {
				want := 0.0
				for _, p := range protos {
					want += leafValue(p, x[i*c.d:(i+1)*c.d])
				}
				if got[i] != want {
					t.Fatalf("%+v, row %d of %d: %v, want %v", c, i, rows, got[i], want)
				}
			}
		}
	}
}

// What the processor's own instructions give is what the Go code gives.
func TestWalksAgreeWithPlainGo(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	var protos []*modelxpb.TreeProto
	for i := range lanes {
		protos = append(protos, randomTree(rng, 1+i*37, 6))
	}
	set, _, err := newTreeSet(protos, 6, 1, true, "", func(int) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	for range 50 {
		x := make([]uint32, lanes*set.columns)
		for i := range x {
			x[i] = orderedBits(float32(rng.NormFloat64() * 2))
		}
		for tree := range protos {
			var got, want [lanes]uint32
			nodes := set.narrow[set.starts[tree]:set.starts[tree+1]]
			walkLanes(&got, nodes, x)
			walkLanesGo(&want, nodes, x)
			if got != want {
				t.Fatalf("tree %d: %v, want %v", tree, got, want)
			}
			if depth := set.depths[tree]; depth > 0 {
				var shallowly, plainly [lanes]uint32
				walkShallow(&shallowly, nodes, x, depth)
				walkShallowGo(&plainly, nodes, x, depth)
				if shallowly != want || plainly != want {
					t.Fatalf("tree %d: %v and %v, want %v", tree, shallowly, plainly, want)
				}
			}
		}
		var got, want [lanes]uint32
		for q := range got {
			got[q], want[q] = uint32(set.starts[q]), uint32(set.starts[q])
		}
		walkTrees(&got, set.narrow, x)
		walkTreesGo(&want, set.narrow, x)
		if got != want {
			t.Fatalf("%v, want %v", got, want)
		}
		var shallowly, plainly [lanes]uint32
		for q := range got {
			shallowly[q], plainly[q] = uint32(set.starts[q]), uint32(set.starts[q])
		}
		walkTreesShallow(&shallowly, set.narrow, x, set.deepest)
		walkTreesShallowGo(&plainly, set.narrow, x, set.deepest)
		if shallowly != want || plainly != want {
			t.Fatalf("%v and %v, want %v", shallowly, plainly, want)
		}
	}
}

func TestOrderOfFloat32(t *testing.T) {
	values := []float64{math.Inf(-1), -math.MaxFloat32, -1, -math.SmallestNonzeroFloat32, 0, math.SmallestNonzeroFloat32, 1, math.MaxFloat32}
	for i := range values[1:] {
		if orderedBits(float32(values[i])) >= orderedBits(float32(values[i+1])) {
			t.Errorf("%v is not before %v", values[i], values[i+1])
		}
	}
	if orderedBits(float32(math.Copysign(0, -1))) != orderedBits(0) {
		t.Error("the zeros differ")
	}
	for _, threshold := range []float64{0.1, -0.1, 1e-300, -1e-300, 1e300, -1e300, math.Inf(1), 16777217, -16777217} {
		for _, v := range []float32{0, 0.1, -0.1, math.MaxFloat32, -math.MaxFloat32, 16777216, 16777218, -16777216, -16777218} {
			if (orderedBits(v) > thresholdBits(threshold)) != (float64(v) > threshold) {
				t.Errorf("%v beside the threshold %v", v, threshold)
			}
		}
	}
}

func TestRowsThatTreesRefuse(t *testing.T) {
	for _, missing := range []bool{false, true} {
		set, leaves, err := newTreeSet([]*modelxpb.TreeProto{{Features: []int32{-1}, Values: []float64{1}}}, 2, 1, missing, "forest", func(int) string { return "" })
		if err != nil {
			t.Fatal(err)
		}
		sums := newTreeSums(set, leaves, 1, nil, func(int) []float64 { return []float64{1} })
		for _, c := range []struct {
			v    float64
			kind Kind
		}{{math.NaN(), ErrNonFiniteInput}, {math.Inf(1), ErrNonFiniteInput}, {math.Inf(-1), ErrNonFiniteInput}, {1e39, ErrRefusedValue}, {-3.4028235677973366e38, ErrRefusedValue}} {
			for rows := range 3 {
				x := make([]float64, (rows+1)*2)
				x[rows*2+1] = c.v
				err := sums.add(make([]float64, rows+1), 1, x, 10)
				if missing && c.v != c.v {
					if err != nil {
						t.Error(err)
					}
					continue
				}
				requireKind(t, err, c.kind)
				if want := fmt.Sprintf("row %d, column 1", rows+10); err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("%v does not name %s", err, want)
				}
			}
		}
	}
}
