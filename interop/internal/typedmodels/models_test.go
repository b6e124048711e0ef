package typedmodels_test

import (
	"testing"

	modelx "github.com/modelx-dev/modelx/interop"
	"github.com/modelx-dev/modelx/interop/internal/typedmodels"
	"github.com/modelx-dev/modelx/interop/modelxpb"
)

func TestModelsAreSound(t *testing.T) {
	for _, p := range []*modelxpb.ModelProto{
		typedmodels.People(), typedmodels.People(typedmodels.PeopleNames()...), typedmodels.Colors(), typedmodels.Filled(), typedmodels.Wide(),
	} {
		if _, err := modelx.New(p); err != nil {
			t.Errorf("%s: %v", p.GetName(), err)
		}
	}
}
