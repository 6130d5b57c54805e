package archtest

// Module is the path that begins every import of the project's own packages.
const Module = "github.com/gopatchwork/patchwork"

// Rule names packages and what of the project they may import. A name that ends in /... means a folder and all below.
// Packages of the same rule may not import each other unless the rule says so.
type Rule struct {
	Packages []string
	Imports  []string
}

// The layers, lowest first. An import goes down or not at all.
var (
	ground = []string{
		"internal/atomicfile", "patchwork/imageset", "patchwork/imageset/inflate", "patchwork/imageset/jpeg", "patchwork/imageset/png",
		"patchwork/imageset/tiff", "patchwork/imageset/shards", "patchwork/imageset/contrast", "patchwork/compute", "patchwork/compute/weights", "patchwork/compute/cpu/...",
		"patchwork/runlog/...", "patchwork/augment/segment",
	}
	basis  = []string{"patchwork/labels", "patchwork/augment", "patchwork/backbone"}
	facts  = []string{"patchwork/features", "patchwork/evaluate/...", "patchwork/augment/stream", "patchwork/explore"}
	nets   = []string{"patchwork/optimise", "patchwork/classify/network", "patchwork/classify/semi", "patchwork/explore/layout"}
	skills = []string{"patchwork/classify", "patchwork/classify/multitask", "patchwork/acquire/...", "patchwork/propagate", "patchwork/pretrain", "patchwork/explore/quality"}
	tuning = []string{"patchwork/classify/finetune"}
	sights = []string{"patchwork/see"}
	engine = join(ground, basis, facts, nets, skills, people, tuning, sights)

	people = []string{"patchwork/labels/agreement"}

	widgets = []string{"widgets/..."}
)

// Imports is the one table of who may import whom. A package without a row fails the test, so that whoever adds a
// folder decides where it stands.
var Imports = []Rule{
	{Packages: []string{"internal/atomicfile", "patchwork/augment/segment", "patchwork/imageset/inflate", "patchwork/imageset/jpeg"}},
	{Packages: []string{"patchwork/imageset/contrast"}, Imports: []string{"patchwork/imageset"}},
	{Packages: []string{"patchwork/runlog"}, Imports: []string{"internal/atomicfile"}},
	{Packages: []string{"patchwork/runlog/tensorboard", "patchwork/runlog/mlflow"}, Imports: []string{"internal/atomicfile", "patchwork/runlog"}},
	{Packages: []string{"patchwork/imageset/png"}, Imports: []string{"patchwork/imageset/inflate"}},
	{Packages: []string{"patchwork/imageset/tiff"}, Imports: []string{"patchwork/imageset/inflate", "patchwork/imageset/jpeg"}},
	{
		Packages: []string{"patchwork/imageset"},
		Imports:  []string{"internal/atomicfile", "patchwork/imageset/jpeg", "patchwork/imageset/png", "patchwork/imageset/tiff"},
	},
	{Packages: []string{"patchwork/imageset/shards"}, Imports: []string{"internal/atomicfile", "patchwork/imageset"}},
	{Packages: []string{"patchwork/compute/..."}, Imports: []string{"internal/atomicfile", "patchwork/compute", "patchwork/compute/cpu/..."}},
	{Packages: basis, Imports: ground},
	{Packages: people, Imports: []string{"patchwork/labels", "patchwork/imageset"}},
	{Packages: []string{"patchwork/evaluate/..."}, Imports: join(ground, basis, []string{"patchwork/evaluate/..."})},
	{Packages: []string{"patchwork/features", "patchwork/augment/stream"}, Imports: join(ground, basis)},
	{Packages: []string{"patchwork/explore"}, Imports: join(ground, []string{"patchwork/labels", "patchwork/features"})},
	{Packages: []string{"patchwork/acquire/..."}, Imports: join(ground, basis, facts, []string{"patchwork/acquire/...", "patchwork/explore/layout"})},
	{Packages: nets, Imports: ground},
	{Packages: skills, Imports: join(ground, basis, facts, nets)},

	{Packages: sights, Imports: join(ground, basis, facts, nets)},
	{Packages: tuning, Imports: join(ground, basis, facts, nets, []string{"patchwork/classify"})},

	// Widgets know nothing of machine learning; the studio is made of them.
	{Packages: widgets, Imports: join(widgets, []string{"internal/atomicfile"})},
	{Packages: []string{"patchwork/studio"}, Imports: join(engine, widgets)},

	// The facade puts all together. The command line stands above it; what it shows it gets from the facade.
	{Packages: []string{"patchwork"}, Imports: join(engine, widgets, []string{"patchwork/studio"})},
	{Packages: []string{"patchwork/cmd/patchwork/kernelspec"}},
	{
		Packages: []string{"patchwork/cmd/..."},
		Imports:  join(engine, []string{"patchwork", "patchwork/cmd/..."}),
	},

	// Tests of the whole and tools of the tree; nothing imports them.
	{
		Packages: []string{"e2e"},
		Imports:  join(engine, widgets, []string{"patchwork", "patchwork/studio", "patchwork/cmd/...", "internal/browsertest"}),
	},
	{Packages: []string{"internal/archtest", "internal/testreport", "internal/browsertest", "internal/pyworker", "internal/smalldisk"}},
	{Packages: []string{"internal/benchcompute"}, Imports: []string{"patchwork/compute/..."}},
	{Packages: []string{"internal/benchbackbone"}, Imports: join(ground, []string{"patchwork/backbone"})},
	{Packages: []string{"internal/benchpretrain"}, Imports: join(engine, ground, []string{"internal/pyworker", "patchwork", "patchwork/backbone", "patchwork/pretrain", "widgets"})},
	{Packages: []string{"internal/benchimages"}, Imports: []string{"internal/pyworker", "patchwork/augment", "patchwork/imageset"}},
	{Packages: []string{"internal/benchacquire"}, Imports: join(engine, []string{"patchwork"})},
	{Packages: []string{"internal/benchclassify"}, Imports: join(engine, []string{"patchwork"})},
	{Packages: []string{"internal/figures"}, Imports: join(engine, widgets, []string{"patchwork"})},
	{Packages: []string{"testdata/scenes/..."}, Imports: []string{"testdata/scenes"}},
	{
		Packages: []string{"internal/bench"},
		Imports:  join(engine, widgets, []string{"patchwork", "patchwork/studio", "patchwork/cmd/...", "internal/browsertest", "e2e"}),
	},
}

// TestHelpers may be imported by the tests of any package: what drives browsers and fills disks, the project's own images. compute/xla stands here and in no layer, because it links cgo:
// only a program of the user's imports it.
var TestHelpers = []string{"internal/browsertest", "internal/smalldisk", "testdata/scenes", "patchwork/compute/xla"}

// Outside limits who may import packages of other modules that would bind a layer to more than it promises. It does
// not hold for tests.
var Outside = []struct {
	Prefix string
	Only   []string
	Why    string
}{
	{"github.com/janpfeifer/gonb", join(widgets, []string{"patchwork"}),
		"no package below the facade knows that notebooks exist"},
	{"github.com/gomlx/go-xla", []string{"patchwork/compute/xla"},
		"linking cgo triples the start of a cell; only programs that ask for XLA pay for it"},
	{"github.com/go-rod/rod", []string{"e2e", "internal/browsertest", "internal/bench"},
		"a browser is driven by tests and measurements only"},
}

func join(lists ...[]string) []string {
	var all []string
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}
