package modelx

import (
	"path/filepath"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// The file was written by scikit-learn 1.5, the last one with the algorithm SAMME.R: New replays what that recorded.
func TestRealBoostsGiveWhatTheyWereRecordedWith(t *testing.T) {
	m, err := Load(filepath.Join("testdata", "samme_r.pb"))
	if err != nil {
		t.Fatal(err)
	}
	whole := m.Proto()
	for name, c := range map[string]struct {
		change func(*modelxpb.AdaBoostProto)
		kind   Kind
	}{
		"votes in the place of probabilities": {func(p *modelxpb.AdaBoostProto) { p.Real = false }, ErrEvidenceMismatch},
		"a regressor":                         {func(p *modelxpb.AdaBoostProto) { p.Classes, p.Total = nil, 0 }, ErrLabels},
		"classes in another order": {func(p *modelxpb.AdaBoostProto) {
			classes := p.GetMembers()[1].GetDecisionTree().GetClasses()[0].Ints
			classes[0], classes[1] = classes[1], classes[0]
		}, ErrLabels},
		"no probabilities": {func(p *modelxpb.AdaBoostProto) {
			p.Members[2] = &modelxpb.ModelProto{Name: "2", Model: &modelxpb.ModelProto_SgdClassifier{SgdClassifier: &modelxpb.SGDClassifierProto{
				NFeatures: 4, Coefficients: make([]float64, 12), Intercepts: make([]float64, 3), Classes: ints(0, 1, 2),
			}}}
		}, ErrPipeline},
	} {
		changed := proto.CloneOf(whole)
		c.change(changed.GetAdaBoost())
		if _, err := New(changed); kindOf(err) != c.kind {
			t.Errorf("%s: %v, want %s", name, err, c.kind)
		}
	}
}
