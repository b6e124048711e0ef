package modelx

import (
	"fmt"
	"math"
	"sync"

	"github.com/modelx-dev/modelx/interop/internal/elementary"
	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// treeModel computes DecisionTreeProto and ForestProto.
type treeModel struct {
	path string
	sums *treeSums
	// n is the number of trees that a mean is over, 0 for a single tree, whose values are given as they are.
	n float64
	// labels are the classes of each output of a classifier; ends has the end of their columns.
	labels     []*Labels
	ends       []int
	outputList []output
	// buffers keeps *[]float64 for the values that labels are chosen by.
	buffers sync.Pool
}

// treeModelProto is what both messages have.
type treeModelProto interface {
	GetNFeatures() int32
	GetNOutputs() int32
	GetClasses() []*modelxpb.Labels
	GetAcceptsMissing() bool
}

func newDecisionTree(p *modelxpb.DecisionTreeProto, path string) (*treeModel, error) {
	return newTreeModel(p, []*modelxpb.TreeProto{p.GetTree()}, path, func(int) string { return path + ".tree" })
}

func newForest(p *modelxpb.ForestProto, path string) (*treeModel, error) {
	trees := p.GetTrees()
	m, err := newTreeModel(p, trees, path, func(i int) string { return fmt.Sprintf("%s.trees[%d]", path, i) })
	if err != nil {
		return nil, err
	}
	if len(trees) == 0 {
		return nil, &Error{
			Kind: ErrTree, Path: path + ".trees", Found: "no trees", Want: "at least one", Hint: exportAgain,
		}
	}
	if seeds := len(p.GetSeeds()); seeds != 0 && seeds != len(trees) {
		return nil, &Error{
			Kind: ErrShape, Path: path + ".seeds", Found: fmt.Sprintf("%d seeds", seeds),
			Want: fmt.Sprintf("%d, one for each tree, or none", len(trees)), Hint: exportAgain,
		}
	}
	m.n = float64(len(trees))
	return m, nil
}

func newTreeModel(
	p treeModelProto, trees []*modelxpb.TreeProto, path string, place func(int) string,
) (*treeModel, error) {
	if err := checkWidth(p.GetNFeatures(), path); err != nil {
		return nil, err
	}
	if err := checkPositive(p.GetNOutputs(), path+".n_outputs"); err != nil {
		return nil, err
	}
	m := &treeModel{path: path}
	if err := m.setLabels(p, path+".classes"); err != nil {
		return nil, err
	}
	width := int(p.GetNOutputs())
	if len(m.ends) > 0 {
		width = m.ends[len(m.ends)-1]
	}
	set, leaves, err := newTreeSet(trees, p.GetNFeatures(), int64(width), p.GetAcceptsMissing(), path, place)
	if err != nil {
		return nil, err
	}
	m.sums = newTreeSums(set, leaves, width, nil, func(i int) []float64 { return trees[i].GetValues() })
	m.describe(int(p.GetNOutputs()))
	return m, nil
}

// setLabels checks that there are no classes, or those of each output, all of one type.
func (m *treeModel) setLabels(p treeModelProto, path string) error {
	given := p.GetClasses()
	if len(given) != 0 && int64(len(given)) != int64(p.GetNOutputs()) {
		return &Error{
			Kind: ErrLabels, Path: path, Found: fmt.Sprintf("%d lists of classes", len(given)),
			Want: fmt.Sprintf("one for each of %d outputs, or none", p.GetNOutputs()), Hint: exportAgain,
		}
	}
	end := 0
	for k, one := range given {
		labels, err := newLabels(one, fmt.Sprintf("%s[%d]", path, k))
		if err != nil {
			return err
		}
		end += labels.Len()
		m.labels, m.ends = append(m.labels, labels), append(m.ends, end)
	}
	for _, labels := range m.labels {
		if labels.kind != m.labels[0].kind {
			return &Error{
				Kind: ErrLabels, Path: path, Found: fmt.Sprintf("labels of types %s and %s", m.labels[0].kind, labels.kind),
				Want: "one type", Hint: exportAgain,
			}
		}
	}
	return nil
}

func (m *treeModel) describe(outputs int) {
	columns := outputs
	if outputs == 1 {
		columns = 0
	}
	if len(m.labels) == 0 {
		m.outputList = []output{{opPredict, columns, TypeFloat64}}
		return
	}
	width := m.sums.width
	m.outputList = []output{
		{opPredict, columns, m.labels[0].kind}, {opPredictProba, width, TypeFloat64}, {opPredictLogProba, width, TypeFloat64},
	}
}

func (m *treeModel) width() int        { return m.sums.set.d }
func (m *treeModel) outputs() []output { return m.outputList }

// work is how many steps a row takes at most, and how many values it adds.
func (m *treeModel) work() int { return m.sums.work() }

// classes are those of the one output of a classifier, or nil.
func (m *treeModel) classes() *Labels {
	if len(m.labels) == 1 {
		return m.labels[0]
	}
	return nil
}

func (m *treeModel) run(o op, dst, x []float64, first int) error {
	if o == opPredict && len(m.labels) > 0 {
		return m.predict(dst, x, first)
	}
	if err := m.values(dst, x, first); err != nil {
		return err
	}
	if o == opPredictLogProba {
		for i, v := range dst {
			dst[i] = elementary.Log(v)
		}
	}
	return nil
}

// values writes the values of the leaves, or their mean over the trees.
func (m *treeModel) values(dst, x []float64, first int) error {
	var zero float64
	if m.n == 0 {
		zero = math.Copysign(0, -1) // -0 + v is v, -0 included.
	}
	for i := range dst {
		dst[i] = zero
	}
	if err := m.sums.add(dst, m.sums.width, x, first); err != nil || m.n == 0 {
		return err
	}
	for i := range dst {
		dst[i] /= m.n
	}
	return nil
}

// predict writes the values of the labels.
func (m *treeModel) predict(dst, x []float64, first int) error {
	for _, labels := range m.labels {
		if _, err := labels.numbers(m.path); err != nil {
			return err
		}
	}
	return m.choose(x, first, func(row, k, label int) { dst[row*len(m.labels)+k] = m.labels[k].values[label] })
}

func (m *treeModel) indexes() bool { return len(m.labels) == 1 }

func (m *treeModel) index(dst []int, x []float64, first int) error {
	return m.choose(x, first, func(row, _, label int) { dst[row] = label })
}

// labelIndices writes for each row and output the number of the label.
func (m *treeModel) labelIndices(dst []int, x []float64, first int) error {
	return m.choose(x, first, func(row, k, label int) { dst[row*len(m.labels)+k] = label })
}

func (m *treeModel) labelLists() []*Labels { return m.labels }

// choose tells for each row and output the number of the label that has the largest value, of equal ones the first.
func (m *treeModel) choose(x []float64, first int, chosen func(row, k, label int)) error {
	d, width := m.width(), m.sums.width
	rows := len(x) / d
	// As many as the trees take at once, less where their values would need much memory.
	block := max(1, min(rows, m.sums.set.rowsAtOnce(), walkValues/width))
	buffer, _ := m.buffers.Get().(*[]float64)
	if buffer == nil {
		buffer = new([]float64)
	}
	defer m.buffers.Put(buffer)
	if cap(*buffer) < block*width {
		*buffer = make([]float64, block*width)
	}
	for done := 0; done < rows; done += block {
		n := min(block, rows-done)
		values := (*buffer)[:n*width]
		if err := m.values(values, x[done*d:(done+n)*d], first+done); err != nil {
			return err
		}
		for i := range n {
			start := i * width
			begin := start
			for k, end := range m.ends {
				chosen(done+i, k, argmax(values[begin:start+end]))
				begin = start + end
			}
		}
	}
	return nil
}
