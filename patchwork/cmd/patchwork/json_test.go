package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork"
	"github.com/gopatchwork/patchwork/patchwork/classify"
)

// fields lists the names in a JSON value, with those of the first element of each list: "classes[].train.present".
func fields(v any, path string) (names []string) {
	switch v := v.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			names = append(names, strings.TrimPrefix(path+"."+key, "."))
			names = append(names, fields(v[key], path+"."+key)...)
		}
	case []any:
		if len(v) > 0 {
			names = fields(v[0], path+"[]")
		}
	}
	return names
}

// The names that scripts read. A name that goes or changes its meaning needs a new major version; docs/cli.md has them.
const (
	statusFields = `classes classes[].class classes[].train classes[].train.absent classes[].train.present classes[].train.unknown
		classes[].validation classes[].validation.absent classes[].validation.present classes[].validation.unknown
		excluded images labelled partial project usable validation`
	scanFields     = `scan scan.added scan.broken scan.changed scan.kept scan.moved scan.pending scan.sources scan.sources[].found scan.sources[].path scan.vanished`
	intervalFields = `low high value`
)

func checkFields(t *testing.T, what, text, want string) {
	t.Helper()
	got := fields(as[any](t, text), "")
	names := strings.Fields(want)
	slices.Sort(got)
	slices.Sort(names)
	for _, name := range names {
		if !slices.Contains(got, name) {
			t.Errorf("%s: the field %s is missing", what, name)
		}
	}
	for _, name := range got {
		if leaf := name[strings.LastIndex(name, ".")+1:]; !strings.Contains(manual, "`"+leaf+"`") {
			t.Errorf("%s: docs/cli.md does not explain `%s`", what, leaf)
		}
		if !slices.Contains(names, name) {
			t.Errorf("%s: the field %s is new; list it here and in docs/cli.md", what, name)
		}
	}
}

// under writes each name behind each prefix.
func under(prefixes, names string) string {
	var all []string
	for _, prefix := range strings.Fields(prefixes) {
		all = append(all, prefix)
		for _, name := range strings.Fields(names) {
			all = append(all, prefix+"."+name)
		}
	}
	return strings.Join(all, " ")
}

func TestAuditJSON(t *testing.T) {
	dir := place(t)
	photos(t, dir, 60)
	do(t, "init", "p", "--images", "photos", "--classes", "green,red")
	do(t, "embed", "p")
	p, err := patchwork.Open("p")
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	for range 2 {
		picks, err := p.Suggest(t.Context(), patchwork.SuggestOptions{Strategy: "random"})
		if err == nil {
			err = p.Label(t.Context(), picks, func(s patchwork.Suggestion) []string { return []string{filepath.Base(filepath.Dir(s.Image))} })
		}
		if err != nil {
			t.Fatal(err)
		}
		do(t, "train", "p")
	}
	checkFields(t, "suggest", do(t, "suggest", "p", "--strategy", "random", "-n", "2", "--json"), "[].row [].image [].score [].reason [].audit")
	text := do(t, "audit", "p", "--json")
	a := as[patchwork.Audit](t, text)
	if a.Result == nil || a.Result.Audit != 32 || len(a.Steps) != 1 || a.Advice.Text == "" {
		t.Errorf("audit: %+v", a)
	}
	if again := do(t, "audit", "p", "--last", "--json"); again != text {
		t.Errorf("audit --last printed %s; want what was measured, %s", again, text)
	}
	var top []string
	for _, name := range fields(as[any](t, text), "") {
		if !strings.Contains(name, "figures.") && !strings.Contains(name, "overall.") { // those of evaluate
			top = append(top, name)
		}
	}
	want := strings.Fields(`result result.images result.audit result.single result.classes result.classes[].class result.classes[].figures result.overall result.wrong
		trainings trainings[].labelled trainings[].images trainings[].kappa trainings[].changed trainings[].classes trainings[].classes[].class trainings[].classes[].change
		advice advice.could_stop advice.text advice.kappa advice.changed advice.class advice.wanted measured ` +
		under("result.accuracy", intervalFields) + " result.chosen result.random " + under("result.chosen[] result.random[] result.pays result.next", "images figure figure.low figure.high figure.value"))
	want = slices.DeleteFunc(want, func(name string) bool { return strings.HasSuffix(name, "[]") })
	top = slices.DeleteFunc(top, func(name string) bool { return strings.HasPrefix(name, "result.wrong[]") }) // there may be none
	slices.Sort(top)
	slices.Sort(want)
	if !slices.Equal(top, want) {
		t.Errorf("audit has the fields %q; want %q", top, want)
	}
	for _, name := range want {
		if leaf := name[strings.LastIndex(name, ".")+1:]; !strings.Contains(manual, "`"+leaf+"`") {
			t.Errorf("docs/cli.md does not explain `%s`", leaf)
		}
	}
}

func TestJSONNamesAreStable(t *testing.T) {
	dir := place(t)
	photos(t, dir, 24)
	checkFields(t, "init", do(t, "init", "p", "--images", "photos", "--labels-from-folders", "--json"), statusFields+" "+scanFields)
	checkFields(t, "split", do(t, "split", "p", "--validation", "0.25", "--json"), statusFields)
	checkFields(t, "embed", do(t, "embed", "p", "--json"), scanFields+` run run.kept run.copied run.computed run.took_ns
		extractor extractor.id extractor.name extractor.dim extractor.width extractor.height extractor.preprocessing
		sanity sanity.extractor `+under("sanity.features sanity.pixels sanity.grey", `k rows single accuracy classes classes[].class classes[].rows classes[].agree classes[].balanced`))
	overall := "rows cells macro_auc auc_classes log_loss exact_rows " + under(`accuracy exact top1 macro_auc_interval macro_average_precision
		macro_f1 macro_balanced_accuracy macro_ece log_loss_interval brier`, intervalFields)
	confusion := "true_positives false_positives false_negatives true_negatives"
	class := "present absent unknown unscored average_precision log_loss base_rate above_base ece_expected " + under("confusion", confusion) + " " +
		under(`accuracy auc precision recall specificity f1 balanced_accuracy average_precision_interval log_loss_interval brier ece ece_equal_mass`, intervalFields)
	report := "threshold confidence classes classes[].class " + under("train validation", overall) + " " + under("classes[].train classes[].validation", class)
	train := do(t, "train", "p", "--epochs", "2", "--json")
	checkFields(t, "train", train, `classes dim feature_id journal_version trained seconds train_rows validation_rows missing ended best_epoch
		`+under("options", settingNames()+" seed")+`
		`+under("history", "")+` history[].epoch history[].step history[].steps history[].rate history[].train_loss history[].validation_loss
		history[].classes history[].classes[].accuracy history[].classes[].auc history[].epoch_end history[].best `+under("report", report))
	subset := "subsets[].classes[]."
	checkFields(t, "evaluate", do(t, "evaluate", "p", "--json"), report+" "+under("bootstrap", "replicates seed")+
		" subsets subsets[].subset subsets[].classes subsets[].classes[].class "+under("subsets[].train subsets[].validation", overall)+
		" "+under(subset+"train "+subset+"validation", class))
	checkFields(t, "thresholds", do(t, "thresholds", "p", "--precision", "0.99", "--json"), "[].class [].asked [].threshold.score [].threshold.promised [].threshold.reason "+
		under("[].threshold", confusion)+" "+under("[].threshold.precision [].threshold.recall [].threshold.f1", intervalFields)+
		" "+under("[].answers", "present_from absent_to error present absent"))
	checkFields(t, "confusion", do(t, "confusion", "p", "--classes", "green,red", "--json"), `matrices matrices[].classes matrices[].counts
		matrices[].unknown matrices[].several matrices[].unscored `+under("together", "classes both known"))
	errors := "ece ece_expected log_loss brier"
	checkFields(t, "calibration", do(t, "calibration", "p", "--folds", "3", "--save", "--json"), "method from classes classes[].class classes[].labels "+
		under("pooled classes[].map", "a b c")+" "+under("classes[].before classes[].after", errors))
	checkFields(t, "learning-curve", do(t, "learning-curve", "p", "--budgets", "8", "--folds", "2", "--epochs", "1", "--json"),
		"[].budget [].images [].values "+under("[].figure", intervalFields))
	checkFields(t, "replay", do(t, "replay", "p", "--strategy", "random", "-n", "10", "--rounds", "1", "--seeds", "1", "--epochs", "1", "--csv", "r.csv", "--plot", "r.svg", "--json"),
		"strategies steps steps[].strategy steps[].seed steps[].images steps[].accuracy steps[].mean_ap")
	if lines := strings.Split(read(t, "r.csv"), "\n"); len(lines) != 3 || lines[0] != "strategy,seed,images,accuracy,mean_ap" {
		t.Errorf("replay --csv wrote %q", lines)
	}
	if svg := read(t, "r.svg"); !strings.HasPrefix(svg, "<svg") || !strings.Contains(svg, ">accuracy</text>") {
		t.Errorf("replay --plot wrote %.300q", svg)
	}
	checkFields(t, "prevalence", do(t, "prevalence", "p", "--json"), "[].class [].audited [].present [].scored [].unscored [].learned [].lambda [].worth [].note "+
		under("[].share [].classic", intervalFields))
	checkFields(t, "predict", do(t, "predict", "p", "--out", "s.csv", "--calibrated", "--decide", "recall=0.5", "--wrong", "0.2", "--json"), "file scored skipped")
	if head, _, _ := strings.Cut(read(t, "s.csv"), "\n"); head != "filepath,green,green:present,green:answer,red,red:present,red:answer" {
		t.Errorf("predict --decide wrote the columns %s", head)
	}
	checkFields(t, "export-labels", do(t, "export-labels", "p", "l.csv", "--json"), "file images")
	checkFields(t, "import-labels", do(t, "import-labels", "p", "l.csv", "--json"),
		"lines labels exclude validation ignored by_id by_file by_tail")
	checkFields(t, "status", do(t, "status", "p", "--json"), statusFields+` features features.id features.name features.dim features.rows
		model model.trained model.classes model.new_events`)
	if got := as[[]any](t, do(t, "suggest", "p", "--json")); got == nil || len(got) != 0 {
		t.Errorf("suggestions for fully labelled images: %v, want []", got)
	}

	do(t, "init", "p", "--classes", "blue")
	checkFields(t, "suggest", do(t, "suggest", "p", "-n", "2", "--json"), "[].row [].image [].score [].reason")
	if r := invoke(t, "suggest", "p", "-n", "2"); !strings.Contains(r.err, "label events that these scores have not seen: ") || !strings.Contains(r.err, "`patchwork train` learns from them") {
		t.Errorf("suggest by scores that lack labels says %q", r.err)
	}
	page := do(t, "similar", "p", "-n", "3", "--json")
	checkFields(t, "similar without an image", page, "[].row [].image [].score [].reason")
	checkFields(t, "propagate", do(t, "propagate", "p", "--json"), "images copies seconds classes classes[].class classes[].present classes[].absent classes[].reached classes[].unreached "+
		under("classes[].auc", "value low high"))
	checkFields(t, "suspects", do(t, "suspects", "p", "-n", "3", "--json"), `suspects suspects[].row suspects[].image suspects[].class suspects[].given suspects[].score
		suspects[].likely suspects[].reason classes classes[].class classes[].judged classes[].likely classes[].expected classes[].confirmed`)
	checkFields(t, "doubles", do(t, "doubles", "p", "--bits", "11", "--json"), "groups images copies leaks contradictions can_label apart moved given")
	checkFields(t, "outliers", do(t, "outliers", "p", "-n", "3", "--json"), "[].row [].image [].score [].reason")
	first := as[[]patchwork.Suggestion](t, page)[0]
	found := as[[]patchwork.Suggestion](t, do(t, "similar", "p", first.Image, "-n", "2", "--json"))
	if len(found) != 2 || !strings.HasPrefix(found[0].Reason, "looks like "+first.Image+" (cosine ") {
		t.Errorf("images like %s: %v; want two, with the reason", first.Image, found)
	}
	if got := do(t, "similar", "p", first.Image, "-n", "1"); got != fmt.Sprintf("%s\t%.3g\t%s\n", found[0].Image, found[0].Score, found[0].Reason) {
		t.Errorf("similar printed %q; want image, score and reason on a line", got)
	}

	write(t, filepath.Join(dir, "photos", "green", "bad.png"), "not a picture")
	if err := os.Remove(filepath.Join(dir, "photos", "green", "000.png")); err != nil {
		t.Fatal(err)
	}
	do(t, "init", "p")
	checkFields(t, "status with problems", do(t, "status", "p", "--json"), statusFields+` problems problems[].image problems[].reason
		features features.id features.name features.dim features.rows model model.trained model.classes model.new_events`)
}

// Where there is nothing to measure, JSON has null: NaN is no JSON, and 0 would be a lie.
func TestJSONHasNullWhereThereIsNoNumber(t *testing.T) {
	dir := place(t)
	photos(t, dir, 12)
	do(t, "init", "p", "--images", "photos", "--labels-from-folders", "--classes", "blue")
	do(t, "embed", "p")
	info := as[struct {
		Warnings []string
		History  []struct {
			ValidationLoss *float64 `json:"validation_loss"`
		}
	}](t, do(t, "train", "p", "--epochs", "2", "--json"))
	if len(info.History) == 0 || info.History[0].ValidationLoss != nil || len(info.Warnings) == 0 {
		t.Errorf("without held-out images the curve is %+v", info)
	}
	type interval struct{ Value, Low, High *float64 }
	report := as[struct {
		Notes             []string
		Train, Validation struct {
			Accuracy interval
			Rows     int
		}
		Classes []struct {
			Class      string
			Validation struct{ AUC interval }
		}
	}](t, do(t, "evaluate", "p", "--json"))
	if report.Validation.Accuracy != (interval{}) || report.Validation.Rows != 0 || report.Train.Accuracy.Value == nil {
		t.Errorf("without held-out images the report is %+v", report)
	}
	if len(report.Notes) != 1 || !strings.Contains(report.Notes[0], "no labelled image is held out") || !strings.Contains(manual, "`notes`") {
		t.Errorf("without held-out images the notes are %q", report.Notes)
	}
	if len(report.Classes) != 3 || report.Classes[0].Class != "blue" || report.Classes[0].Validation.AUC != (interval{}) {
		t.Errorf("classes %+v, want blue first, without an AUC", report.Classes)
	}
	for _, args := range [][]string{{"status", "p"}, {"evaluate", "p"}, {"suggest", "p"}, {"thresholds", "p"}, {"prevalence", "p"}, {"confusion", "p"}} {
		if text := do(t, args...); strings.Contains(text, "NaN") {
			t.Errorf("%q prints NaN:\n%s", args, text)
		}
	}
}

func TestSeedsComeFromTheProject(t *testing.T) {
	dir := place(t)
	photos(t, dir, 20)
	do(t, "init", "p", "--images", "photos", "--labels-from-folders", "--seed", "5")
	held := func(args ...string) string {
		do(t, append([]string{"split", "p", "--validation", "0.5"}, args...)...)
		return do(t, "export-labels", "p", "-")
	}
	own := held()
	if held("--seed", "5") != own {
		t.Error("split without --seed does not take the project's seed")
	}
	if held("--seed", "0") == own && held("--seed", "6") == own {
		t.Error("the seed changes nothing")
	}
	do(t, "embed", "p")
	type trained struct{ Options struct{ Seed uint64 } }
	if got := as[trained](t, do(t, "train", "p", "--epochs", "1", "--json")); got.Options.Seed != 5 {
		t.Errorf("train took the seed %d, want the project's 5", got.Options.Seed)
	}
	if got := as[trained](t, do(t, "train", "p", "--epochs", "1", "--seed", "0", "--json")); got.Options.Seed != 0 {
		t.Errorf("train --seed 0 took the seed %d", got.Options.Seed)
	}
	do(t, "init", "p", "--seed", "7")
	if got := as[trained](t, do(t, "train", "p", "--epochs", "1", "--json")); got.Options.Seed != 7 {
		t.Errorf("after init --seed 7 train took the seed %d", got.Options.Seed)
	}
}

func TestTheWholeLoopAtTheCommandLine(t *testing.T) {
	trained(t, 24)
	text := do(t, "evaluate", "p")
	for _, want := range []string{"validation: 6 images", "training: 18 images", "green", "red"} {
		if !strings.Contains(text, want) {
			t.Errorf("evaluate prints\n%swhich lacks %q", text, want)
		}
	}
	scores := strings.Split(strings.TrimSpace(do(t, "predict", "p")), "\n")
	if len(scores) != 25 || scores[0] != "filepath,green,red" {
		t.Errorf("predict printed %d lines, the first %q; want 25 and the columns", len(scores), scores[0])
	}
	if got := do(t, "predict", "p", "--out", "s.csv"); got != "24 images scored in s.csv\n" || read(t, "s.csv") != strings.Join(scores, "\n")+"\n" {
		t.Errorf("predict --out said %q and wrote other scores than it printed", got)
	}
	do(t, "init", "p", "--classes", "blue")
	for _, strategy := range []string{"random", "margin", "entropy: blue", "highest: green", "lowest: red", "highest: blue"} {
		r := invoke(t, "suggest", "p", "-n", "3", "--strategy", strategy)
		lines := strings.Count(r.out, "\n")
		switch { // green and red are known everywhere, and the model has not learned blue
		case strategy == "random" && lines != 3,
			strings.HasSuffix(strategy, "green") && !strings.HasPrefix(r.out, "nothing to suggest"),
			strings.HasSuffix(strategy, "blue") && r.code != exitFailed:
			t.Errorf("suggest --strategy %q: code %d, printed\n%s%s", strategy, r.code, r.out, r.err)
		}
	}
	if got := do(t, "suggest", "p", "-n", "3"); strings.Count(got, "\n") != 3 || !strings.Contains(got, "random") {
		t.Errorf("suggest without a strategy printed\n%swant three at random, because the model knows nothing of blue", got)
	}
	if got := fmt.Sprint(do(t, "status", "p")); !strings.Contains(got, "24 images; 0 fully labelled, 24 partly") {
		t.Errorf("status prints\n%s", got)
	}
}

// settingNames are the settings of the classifier, which stand in JSON by the same names.
func settingNames() string {
	var names []string
	for _, s := range classify.Settings() {
		names = append(names, s.Name)
	}
	return strings.Join(names, " ")
}
