package modelx

import (
	"fmt"
	"slices"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// schemaVersion is the highest schema version that this package reads.
const schemaVersion = 2

// node is a checked model message together with its computation. A pipeline's node has those of its steps.
type node struct {
	predictor
	proto *modelxpb.ModelProto
	// arm is the family's name; path is the place of the family's message, ending in arm.
	arm, path string
	classes   *Labels
	outs      []output
	// steps are those of a pipeline; members all models inside of another model made of models.
	steps, members []*node
}

// compiler is what all models of a file are checked and made with.
type compiler struct {
	limits  Limits
	symbols *symbols
}

// inputType is the type of feature i: [TypeFloat64], [TypeString], or [TypeNone] where no method reads it.
func (n *node) inputType(i int) DataType {
	if types := n.types(); types != nil {
		return types[i]
	}
	return TypeFloat64
}

// types are those of the features, or nil when all are numbers: then nothing walks them, as a few bytes may declare any
// number of features.
func (n *node) types() []DataType {
	if t, ok := n.predictor.(stringTaker); ok {
		return t.inputTypes()
	}
	return nil
}

// mostUnread is how many features more than its members take a model of strings may have: its types are as many as those.
const mostUnread = 1 << 20

// checkUnread checks how many features a model of strings has, of which its members take some.
func checkUnread(width, taken int, path string) error {
	if width-taken <= mostUnread {
		return nil
	}
	return &Error{
		Kind: ErrShape, Path: path + ".n_features", Found: fmt.Sprintf("%d features, of which members take %d", width, taken),
		Want: fmt.Sprintf("at most %d more", mostUnread), Hint: exportAgain,
	}
}

// columnTypes are the types of the columns of an output that gives strings; nil for any other.
func (n *node) columnTypes(o op) []DataType {
	if g, ok := n.predictor.(stringGiver); ok {
		return g.columnTypes(o)
	}
	return nil
}

// find returns the output of a method, or nil.
func (n *node) find(o op) *output {
	for i := range n.outs {
		if n.outs[i].op == o {
			return &n.outs[i]
		}
	}
	return nil
}

// compile checks a model message and makes its predictor. place is the path of the message, empty for the outermost.
//
// The order of the checks is that of the list in docs/errors.md: schema version, nesting, family, parameters, signature.
func (c *compiler) compile(p *modelxpb.ModelProto, place string, depth int) (*node, error) {
	if v := p.GetSchemaVersion(); v > schemaVersion {
		return nil, &Error{
			Kind: ErrSchemaVersion, Path: place, Found: fmt.Sprintf("schema version %d", v),
			Want: fmt.Sprintf("at most %d", schemaVersion),
			Hint: fmt.Sprintf("use a release of modelx that reads schema version %d", v),
		}
	}
	if depth > c.limits.MaxDepth {
		return nil, &Error{
			Kind: ErrTooDeep, Path: place, Found: fmt.Sprintf("more than %d nested models", c.limits.MaxDepth),
			Want: fmt.Sprintf("at most %d", c.limits.MaxDepth), Hint: "flatten the pipelines, or raise WithMaxDepth",
		}
	}
	arm := setArm(p)
	n := &node{proto: p, arm: arm, path: arm}
	if place != "" {
		n.path = place + "." + arm
	}
	if err := n.compileFamily(c, place, depth); err != nil {
		return nil, err
	}
	n.outs = n.outputs()
	if err := checkSignature(p.GetSignature(), n, joinPath(place, "signature")); err != nil {
		return nil, err
	}
	return n, nil
}

// compileFamily makes the predictor of the arm that is set: the one place in Go that lists the families.
func (n *node) compileFamily(c *compiler, place string, depth int) (err error) {
	switch arm := n.proto.GetModel().(type) {
	case *modelxpb.ModelProto_LinearRegression:
		n.predictor, err = newLinearRegression(arm.LinearRegression, n.path)
	case *modelxpb.ModelProto_SgdClassifier:
		var s *sgdClassifier
		if s, err = newSGDClassifier(arm.SgdClassifier, n.path); err == nil {
			n.predictor, n.classes = s, s.classes
		}
	case *modelxpb.ModelProto_Kmeans:
		n.predictor, err = newKMeans(arm.Kmeans, n.path)
	case *modelxpb.ModelProto_BisectingKmeans:
		n.predictor, err = newBisectingKMeans(arm.BisectingKmeans, n.path)
	case *modelxpb.ModelProto_SgdOneClassSvm:
		n.predictor, err = newSGDOneClassSVM(arm.SgdOneClassSvm, n.path)
	case *modelxpb.ModelProto_AffineScaler:
		n.predictor, err = newAffineScaler(arm.AffineScaler, n.path)
	case *modelxpb.ModelProto_DecisionTree:
		var t *treeModel
		if t, err = newDecisionTree(arm.DecisionTree, n.path); err == nil {
			n.predictor, n.classes = t, t.classes()
		}
	case *modelxpb.ModelProto_Forest:
		var t *treeModel
		if t, err = newForest(arm.Forest, n.path); err == nil {
			n.predictor, n.classes = t, t.classes()
		}
	case *modelxpb.ModelProto_HistGradientBoosting:
		var h *histGradientBoosting
		if h, err = newHistGradientBoosting(c, arm.HistGradientBoosting, n.path); err == nil {
			n.predictor, n.classes = h, h.classes
		}
	case *modelxpb.ModelProto_Pipeline:
		var p *pipeline
		if p, err = newPipeline(c, arm.Pipeline, n.path, depth); err == nil {
			n.predictor, n.steps, n.classes = p, p.steps, p.last().classes
		}
	case *modelxpb.ModelProto_ColumnTransformer:
		var t *columnTransformer
		if t, err = newColumnTransformer(c, arm.ColumnTransformer, n.path, depth); err == nil {
			n.predictor, n.members = t, t.members
		}
	case *modelxpb.ModelProto_Function:
		n.predictor, err = newFunction(arm.Function, n.path)
	case *modelxpb.ModelProto_FeatureSelector:
		var s *featureSelector
		if s, err = newFeatureSelector(c, arm.FeatureSelector, n.path, depth); err == nil {
			n.predictor, n.members, n.classes = s, s.inside(), s.classes()
		}
	case *modelxpb.ModelProto_GradientBoosting:
		var g *gradientBoosting
		if g, err = newGradientBoosting(c, arm.GradientBoosting, n.path, depth); err == nil {
			n.predictor, n.members, n.classes = g, g.members(), g.classes
		}
	case *modelxpb.ModelProto_IsolationForest:
		n.predictor, err = newIsolationForest(arm.IsolationForest, n.path)
	case *modelxpb.ModelProto_RandomTreesEmbedding:
		n.predictor, err = newRandomTreesEmbedding(arm.RandomTreesEmbedding, n.path)
	case *modelxpb.ModelProto_SimpleImputer:
		n.predictor, err = newSimpleImputer(c, arm.SimpleImputer, n.path)
	case *modelxpb.ModelProto_KnnImputer:
		n.predictor, err = newKNNImputer(arm.KnnImputer, n.path)
	case *modelxpb.ModelProto_IterativeImputer:
		var s *iterativeImputer
		if s, err = newIterativeImputer(c, arm.IterativeImputer, n.path, depth); err == nil {
			n.predictor, n.members = s, s.inside()
		}
	case *modelxpb.ModelProto_MissingIndicator:
		n.predictor, err = newMissingIndicator(c, arm.MissingIndicator, n.path)
	case *modelxpb.ModelProto_Passthrough:
		n.predictor, err = newPassthrough(arm.Passthrough, n.path)
	case *modelxpb.ModelProto_Voting:
		var v *voting
		if v, err = newVoting(c, arm.Voting, n.path, depth); err == nil {
			n.predictor, n.members, n.classes = v, v.members, v.classes
		}
	case *modelxpb.ModelProto_Bagging:
		var b *bagging
		if b, err = newBagging(c, arm.Bagging, n.path, depth); err == nil {
			n.predictor, n.members, n.classes = b, b.members, b.classes
		}
	case *modelxpb.ModelProto_AdaBoost:
		var a *adaBoost
		if a, err = newAdaBoost(c, arm.AdaBoost, n.path, depth); err == nil {
			n.predictor, n.members, n.classes = a, a.members, a.classes
		}
	case *modelxpb.ModelProto_Stacking:
		var s *stacking
		if s, err = newStacking(c, arm.Stacking, n.path, depth); err == nil {
			n.predictor, n.members, n.classes = s, s.inside(), s.classes
		}
	case *modelxpb.ModelProto_TransformedTarget:
		var t *transformedTarget
		if t, err = newTransformedTarget(c, arm.TransformedTarget, n.path, depth); err == nil {
			n.predictor, n.members = t, t.inside()
		}
	case *modelxpb.ModelProto_ThresholdClassifier:
		var t *thresholdClassifier
		if t, err = newThresholdClassifier(c, arm.ThresholdClassifier, n.path, depth); err == nil {
			n.predictor, n.members, n.classes = t, t.inner, t.classes
		}
	case *modelxpb.ModelProto_Delegate:
		var inner *node
		if inner, err = newDelegate(c, arm.Delegate, n.path, depth); err == nil {
			n.predictor, n.members, n.classes = inner.predictor, []*node{inner}, inner.classes
		}
	case *modelxpb.ModelProto_OneHotEncoder:
		n.predictor, err = newOneHotEncoder(c, arm.OneHotEncoder, n.proto.GetSignature().GetFeatureNames(), n.path)
	case *modelxpb.ModelProto_LabelEncoder:
		n.predictor, err = newLabelEncoder(c, arm.LabelEncoder, n.proto.GetSignature().GetFeatureNames(), n.path)
	case *modelxpb.ModelProto_LabelBinarizer:
		n.predictor, err = newLabelBinarizer(c, arm.LabelBinarizer, n.proto.GetSignature().GetFeatureNames(), n.path)
	case *modelxpb.ModelProto_MultiLabelBinarizer:
		n.predictor, err = newMultiLabelBinarizer(c, arm.MultiLabelBinarizer, n.path)
	case *modelxpb.ModelProto_OrdinalEncoder:
		n.predictor, err = newOrdinalEncoder(c, arm.OrdinalEncoder, n.proto.GetSignature().GetFeatureNames(), n.path)
	case *modelxpb.ModelProto_TargetEncoder:
		n.predictor, err = newTargetEncoder(c, arm.TargetEncoder, n.proto.GetSignature().GetFeatureNames(), n.path)
	case *modelxpb.ModelProto_Binarizer:
		n.predictor, err = newBinarizer(arm.Binarizer, n.path)
	case *modelxpb.ModelProto_Normalizer:
		n.predictor, err = newNormalizer(arm.Normalizer, n.path)
	case *modelxpb.ModelProto_KernelCenterer:
		n.predictor, err = newKernelCenterer(arm.KernelCenterer, n.path)
	case *modelxpb.ModelProto_PolynomialFeatures:
		n.predictor, err = newPolynomialFeatures(arm.PolynomialFeatures, n.path)
	case *modelxpb.ModelProto_KBinsDiscretizer:
		n.predictor, err = newKBinsDiscretizer(arm.KBinsDiscretizer, n.path)
	case *modelxpb.ModelProto_PowerTransformer:
		n.predictor, err = newPowerTransformer(arm.PowerTransformer, n.path)
	case *modelxpb.ModelProto_QuantileTransformer:
		n.predictor, err = newQuantileTransformer(arm.QuantileTransformer, n.path)
	case *modelxpb.ModelProto_SplineTransformer:
		n.predictor, err = newSplineTransformer(arm.SplineTransformer, n.path)
	default:
		err = unknownFamily(n.proto, place)
	}
	return err
}

func unknownFamily(p *modelxpb.ModelProto, place string) error {
	found := "no arm of the oneof `model`"
	if arm := setArm(p); arm != "" {
		found = "family " + arm
	} else if len(p.ProtoReflect().GetUnknown()) > 0 {
		found = "only fields that this release does not know"
	}
	return &Error{
		Kind: ErrUnknownFamily, Path: place, Found: found, Want: "a family that this release computes",
		Hint: fmt.Sprintf("use a newer release of modelx; this one reads schema version %d", schemaVersion),
	}
}

// setArm names the arm of the oneof that is set, or gives "".
func setArm(p *modelxpb.ModelProto) string {
	m := p.ProtoReflect()
	if field := m.WhichOneof(m.Descriptor().Oneofs().ByName("model")); field != nil {
		return string(field.Name())
	}
	return ""
}

func joinPath(place, field string) string {
	if place == "" {
		return field
	}
	return place + "." + field
}

// checkSignature compares a signature with what the model computes. A message without one, as earlier systems wrote,
// says nothing that could be wrong.
func checkSignature(s *modelxpb.Signature, n *node, path string) error {
	if s == nil {
		return nil
	}
	width := n.width()
	if int(s.GetNFeatures()) != width {
		return &Error{
			Kind: ErrSignature, Path: path + ".n_features", Found: fmt.Sprint(s.GetNFeatures()), Want: fmt.Sprint(width),
			Hint: "export the model again",
		}
	}
	if names := s.GetFeatureNames(); len(names) > 0 {
		if len(names) != width {
			return &Error{
				Kind: ErrSignature, Path: path + ".feature_names", Found: fmt.Sprintf("%d names", len(names)),
				Want: fmt.Sprintf("%d, one for each feature, or none", width), Hint: "export the model again",
			}
		}
		if i, j := duplicate(names); i >= 0 {
			return &Error{
				Kind: ErrSignature, Path: path + ".feature_names",
				Found: fmt.Sprintf("%q as names %d and %d", names[i], i, j), Want: "distinct names",
				Hint: "rename the features and export the model again",
			}
		}
		for i, name := range names {
			if name == "" {
				return &Error{
					Kind: ErrSignature, Path: fmt.Sprintf("%s.feature_names[%d]", path, i), Found: "an empty name",
					Want: "a name", Hint: "rename the features and export the model again",
				}
			}
		}
	}
	if err := checkOutputSpecs(s.GetOutputs(), n, path+".outputs"); err != nil {
		return err
	}
	return checkFeatureTypes(s.GetFeatureTypes(), n, path+".feature_types")
}

// checkFeatureTypes checks that strings are said to be where the computation takes them, and only there.
func checkFeatureTypes(said []modelxpb.DataType, n *node, path string) error {
	if len(said) > 0 && len(said) != n.width() {
		return &Error{
			Kind: ErrSignature, Path: path, Found: fmt.Sprintf("%d types", len(said)),
			Want: fmt.Sprintf("%d, one for each feature, or none", n.width()), Hint: exportAgain,
		}
	}
	if len(said) == 0 && n.types() == nil {
		return nil
	}
	for i := range n.width() {
		found := TypeFloat64
		if len(said) > 0 {
			found = DataType(said[i])
		}
		want := n.inputType(i)
		_, known := modelxpb.DataType_name[int32(found)]
		if !known || (want != TypeNone && (found == TypeNone || (found == TypeString) != (want == TypeString))) {
			return &Error{
				Kind: ErrSignature, Path: fmt.Sprintf("%s[%d]", path, i), Found: found.String(), Want: want.String(),
				Hint: exportAgain,
			}
		}
	}
	return nil
}

// checkOutputSpecs accepts no specs at all, or exactly those of the model in their order.
func checkOutputSpecs(specs []*modelxpb.OutputSpec, n *node, path string) error {
	outs := n.outs
	if len(specs) == 0 {
		return nil
	}
	for i, spec := range specs {
		found := fmt.Sprintf("%q with %d columns of %s", spec.GetMethod(), spec.GetNColumns(), DataType(spec.GetType()))
		if i >= len(outs) {
			return &Error{
				Kind: ErrSignature, Path: fmt.Sprintf("%s[%d]", path, i), Found: found,
				Want: fmt.Sprintf("only the model's %d methods, each once", len(outs)), Hint: "export the model again",
			}
		}
		want := outs[i]
		if Method(spec.GetMethod()) != want.method() || int(spec.GetNColumns()) != want.columns ||
			DataType(spec.GetType()) != want.kind || !sameTypes(spec.GetColumnTypes(), n.columnTypes(want.op)) {
			return &Error{
				Kind: ErrSignature, Path: fmt.Sprintf("%s[%d]", path, i), Found: found,
				Want: fmt.Sprintf("%q with %d columns of %s", want.method(), want.columns, want.kind),
				Hint: "export the model again",
			}
		}
	}
	if len(specs) < len(outs) {
		return &Error{
			Kind: ErrSignature, Path: path, Found: fmt.Sprintf("%d methods", len(specs)),
			Want: fmt.Sprintf("%d, %q among them", len(outs), outs[len(specs)].method()), Hint: "export the model again",
		}
	}
	return nil
}

func sameTypes(said []modelxpb.DataType, types []DataType) bool {
	return slices.EqualFunc(said, types, func(a modelxpb.DataType, b DataType) bool { return DataType(a) == b })
}

// cloneMessage copies a message that Go code built. Such a message, unlike a decoded one, can hold itself, which no copy
// survives. Nil where the generated code never puts it, as an arm or in a list, counts as not set, or as empty.
func cloneMessage(p *modelxpb.ModelProto) (*modelxpb.ModelProto, error) {
	if holdsItself(p.ProtoReflect(), make(map[protoreflect.ProtoMessage]bool)) {
		return nil, &Error{Kind: ErrTooDeep, Found: "a message that holds itself", Want: "a tree of messages"}
	}
	return proto.CloneOf(p), nil
}

// holdsItself walks the messages inside of m; onPath has those that hold it.
func holdsItself(m protoreflect.Message, onPath map[protoreflect.ProtoMessage]bool) (found bool) {
	if !m.IsValid() {
		return false
	}
	key := m.Interface()
	if onPath[key] {
		return true
	}
	onPath[key] = true
	defer delete(onPath, key)
	m.Range(func(field protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		switch {
		case field.IsMap():
			if field.MapValue().Message() != nil {
				v.Map().Range(func(_ protoreflect.MapKey, item protoreflect.Value) bool {
					found = holdsItself(item.Message(), onPath)
					return !found
				})
			}
		case field.Message() == nil:
		case field.IsList():
			for i := 0; i < v.List().Len() && !found; i++ {
				found = holdsItself(v.List().Get(i).Message(), onPath)
			}
		default:
			found = holdsItself(v.Message(), onPath)
		}
		return !found
	})
	return found
}
