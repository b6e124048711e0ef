package modelx

import (
	"fmt"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// centerTree assigns a row to a leaf of a tree of centers, as BisectingKMeansProto does.
type centerTree struct {
	path    string
	d       int
	centers []float64 // row-major, nodes x d
	cc      []float64 // the squared norm of each center
	left    []int32
	right   []int32
	labels  []int32
}

func newBisectingKMeans(p *modelxpb.BisectingKMeansProto, path string) (*clusterer, error) {
	if err := checkWidth(p.GetNFeatures(), path); err != nil {
		return nil, err
	}
	k := p.GetNClusters()
	if err := checkPositive(k, path+".n_clusters"); err != nil {
		return nil, err
	}
	c, left, right, labels := p.GetCenters(), p.GetLeft(), p.GetRight(), p.GetLabels()
	if int64(len(c)) != int64(len(labels))*int64(p.GetNFeatures()) || len(labels) == 0 {
		return nil, &Error{
			Kind: ErrShape, Path: path + ".centers", Found: fmt.Sprintf("%d values", len(c)),
			Want: fmt.Sprintf("%d nodes x %d features", len(labels), p.GetNFeatures()), Hint: exportAgain,
		}
	}
	if err := checkFinite(c, path+".centers"); err != nil {
		return nil, err
	}
	if len(left) != len(labels) || len(right) != len(labels) {
		return nil, &Error{
			Kind: ErrShape, Path: path + ".left", Found: fmt.Sprintf("%d left and %d right children", len(left), len(right)),
			Want: fmt.Sprintf("%d, one for each label", len(labels)), Hint: exportAgain,
		}
	}
	if int64(len(labels)) != 2*int64(k)-1 {
		return nil, &Error{
			Kind: ErrShape, Path: path + ".labels", Found: fmt.Sprintf("%d nodes", len(labels)),
			Want: fmt.Sprintf("%d, for %d clusters", 2*int64(k)-1, k), Hint: exportAgain,
		}
	}
	if err := checkTree(left, right, path); err != nil {
		return nil, err
	}
	if err := checkLeaves(left, labels, int(k), path+".labels"); err != nil {
		return nil, err
	}
	d := int(p.GetNFeatures())
	leaves := make([]float64, int(k)*d)
	for node, label := range labels {
		if label >= 0 {
			copy(leaves[int(label)*d:], c[node*d:(node+1)*d])
		}
	}
	out := newClusterer(leaves, d, path)
	out.assigner = &centerTree{
		path: path, d: d, centers: c, cc: squaredNorms(c, d), left: left, right: right, labels: labels,
	}
	return out, nil
}

// checkTree checks that each node but the root is the child of exactly one node before it. Such a tree has no cycle.
func checkTree(left, right []int32, path string) error {
	hasParent := make([]bool, len(left))
	for i := range left {
		if left[i] == 0 && right[i] == 0 {
			continue
		}
		for _, child := range []struct {
			index int32
			field string
		}{{left[i], ".left"}, {right[i], ".right"}} {
			place := fmt.Sprintf("%s%s[%d]", path, child.field, i)
			switch at := int(child.index); {
			case at < 0 || at >= len(left):
				return &Error{
					Kind: ErrTree, Path: place, Found: fmt.Sprintf("child %d", at), Want: fmt.Sprintf("a node below %d", len(left)),
					Hint: exportAgain,
				}
			case at <= i:
				return &Error{
					Kind: ErrTree, Path: place, Found: fmt.Sprintf("child %d", at), Want: "a child after its parent",
					Hint: exportAgain,
				}
			case hasParent[at]:
				return &Error{
					Kind: ErrTree, Path: place, Found: fmt.Sprintf("node %d, which has a parent", at),
					Want: "one parent for each node", Hint: exportAgain,
				}
			default:
				hasParent[at] = true
			}
		}
	}
	for i := 1; i < len(left); i++ {
		if !hasParent[i] {
			return &Error{
				Kind: ErrTree, Path: path + ".left", Found: fmt.Sprintf("node %d, which has no parent", i),
				Want: "one parent for each node", Hint: exportAgain,
			}
		}
	}
	return nil
}

// checkLeaves checks that the labels of the leaves are 0 ... k - 1, each once, and those of inner nodes -1.
func checkLeaves(left, labels []int32, k int, path string) error {
	seen := make([]bool, k)
	for i, label := range labels {
		switch {
		case left[i] != 0:
			if label != -1 {
				return &Error{
					Kind: ErrTree, Path: fmt.Sprintf("%s[%d]", path, i), Found: fmt.Sprintf("%d at an inner node", label),
					Want: "-1", Hint: exportAgain,
				}
			}
		case label < 0 || int(label) >= k || seen[label]:
			return &Error{
				Kind: ErrTree, Path: fmt.Sprintf("%s[%d]", path, i), Found: fmt.Sprintf("%d at a leaf", label),
				Want: fmt.Sprintf("each of 0 ... %d once", k-1), Hint: exportAgain,
			}
		default:
			seen[label] = true
		}
	}
	return nil
}

// assign walks from the root to a leaf, and returns the leaf's label.
func (p *centerTree) assign(row []float64, number int) (int, error) {
	d, c, node := p.d, p.centers, 0
	if p.left[0] == 0 { // No dot product will tell of a NaN.
		if err := refuseNonFinite(p.path, number, row); err != nil {
			return 0, err
		}
	}
	for p.left[node] != 0 {
		l, r := int(p.left[node]), int(p.right[node])
		s, t := dot2(row, c[l*d:(l+1)*d], c[r*d:(r+1)*d])
		if !isFinite(s) {
			if err := refuseNonFinite(p.path, number, row); err != nil {
				return 0, err
			}
		}
		if p.cc[l]+float64(-2*s) <= p.cc[r]+float64(-2*t) {
			node = l
		} else {
			node = r
		}
	}
	return int(p.labels[node]), nil
}
