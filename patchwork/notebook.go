package patchwork

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/gopatchwork/patchwork/patchwork/classify"
	"github.com/gopatchwork/patchwork/patchwork/evaluate"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
	"github.com/gopatchwork/patchwork/patchwork/labels"
	"github.com/gopatchwork/patchwork/patchwork/studio"
	"github.com/gopatchwork/patchwork/widgets"
)

// Notebook is a project in the hands of notebook cells. Its methods show what they did; when something is wrong they
// print one clear message and end the cell. Interrupting the kernel stops a long one; what it has done is kept.
type Notebook struct{ *Project }

// MustOpen opens the project in dir for use in cells:
//
//	var p = patchwork.MustOpen("landuse")
func MustOpen(dir string) *Notebook {
	p, err := Open(dir)
	check(err)
	return &Notebook{p}
}

// MustInit makes the project in dir, or looks for new images and classes in it, and shows its status.
func MustInit(dir string, o InitOptions) *Notebook {
	ctx, stop := interruptible()
	defer stop()
	progress, done := ShowProgress()
	p, report, err := Init(ctx, dir, o, progress)
	done()
	check(err)
	n := &Notebook{p}
	fmt.Println(report)
	n.Status()
	return n
}

// interruptible gives a context that ends when the kernel is interrupted. Until stop is called an interrupt does nothing
// else, so a cell may take only a few seconds to save what it has done: the kernel kills it after five.
func interruptible() (ctx context.Context, stop func()) {
	return signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
}

// check ends the cell on an error.
func check(err error) {
	switch {
	case err == nil:
		return
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(os.Stderr, "interrupted; what was done is kept")
	default:
		fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(1)
}

// checkTrained is check, but goes on where only the record is wanting.
func checkTrained(err error) {
	if OnlyRecord(err) {
		fmt.Fprintln(os.Stderr, err)
		return
	}
	check(err)
}

// Status shows how many images are labelled, features and model.
func (n *Notebook) Status() {
	s, err := n.Project.Status()
	check(err)
	fmt.Print(s)
}

// Embed turns the images into features: with the extractor of the settings, or with the given one ("default", or the
// path of an ONNX file or of a trained network's folder).
func (n *Notebook) Embed(extractor ...string) {
	var o EmbedOptions
	if len(extractor) > 0 {
		o.Extractor = extractor[0]
	}
	ctx, stop := interruptible()
	defer stop()
	progress, done := ShowProgress()
	report, err := n.Project.Embed(ctx, o, progress)
	done()
	check(err)
	fmt.Println(report)
}

// CheckImages shows which images are dark, light, blurry, nearly empty, of an odd size or shape, or doubles of others. The
// thresholds are those of imageset.CheckSettings; without any its defaults are taken.
func (n *Notebook) CheckImages(settings ...imageset.CheckSettings) CheckReport {
	var s imageset.CheckSettings
	if len(settings) > 0 {
		s = settings[0]
	}
	ctx, stop := interruptible()
	defer stop()
	progress, done := ShowProgress()
	report, err := n.Project.CheckImages(ctx, s, progress)
	done()
	check(err)
	fmt.Println(report)
	return report
}

// EstimateNorm finds the range of the numbers in the images, keeps it in project.yaml and shows it: images of more than 8
// bits need it to be seen, and to be compared. The options are those of imageset.NormOptions.
func (n *Notebook) EstimateNorm(options ...imageset.NormOptions) NormReport {
	var o imageset.NormOptions
	if len(options) > 0 {
		o = options[0]
	}
	ctx, stop := interruptible()
	defer stop()
	progress, done := ShowProgress()
	report, err := n.Project.EstimateNorm(ctx, o, progress)
	done()
	check(err)
	fmt.Println(report)
	return report
}

// Pack writes the images, decoded and resized, into a folder of NumPy files that stream fast.
func (n *Notebook) Pack(o PackOptions) PackReport {
	ctx, stop := interruptible()
	defer stop()
	progress, done := ShowProgress()
	report, err := n.Project.Pack(ctx, o, progress)
	done()
	check(err)
	fmt.Println(report)
	return report
}

// ImportOptions say which columns of a CSV file are classes.
type ImportOptions = labels.ImportOptions

// ImportLabels reads labels from a CSV file with the columns of labels.csv. A column that is no class is a mistake unless
// the options leave it out or make it a class.
func (n *Notebook) ImportLabels(file string, options ...ImportOptions) {
	var o ImportOptions
	if len(options) > 0 {
		o = options[0]
	}
	report, err := n.Project.ImportLabels(context.Background(), file, o)
	check(err)
	fmt.Println(report)
}

// LabelFromFolders labels each image by the name of its folder: that class present, the other folders' classes absent.
func (n *Notebook) LabelFromFolders() {
	check(n.Project.LabelFromFolders(context.Background()))
	n.Status()
}

// Split holds a share of the labelled images out for validation.
func (n *Notebook) Split(validation float64) {
	check(n.Project.Split(context.Background(), validation, n.Settings().Seed))
	n.Status()
}

// Train fits the classifier with a live curve, scores every image and shows how well it does. A seed of 0 is the project's.
func (n *Notebook) Train(options ...TrainOptions) {
	var o TrainOptions
	if len(options) > 0 {
		o = options[0]
	}
	o.Seed = cmp.Or(o.Seed, n.Settings().Seed)
	ctx, stop := interruptible()
	defer stop()
	progress, before := ShowProgress()
	if o.Progress == nil {
		o.Progress = progress
	}
	onPoint, done := liveCurve()
	info, err := n.Project.Train(ctx, o, onPoint)
	before()
	done()
	checkTrained(err)
	fmt.Println(info)
}

// liveCurve shows the curve of a training as it grows, once it has two points: a head that is made at once has one, and a bar while it is
// made. Where images without labels teach, another curve has the share of their unknown labels that does. done ends them.
func liveCurve() (onPoint func(classify.Point), done func()) {
	var progress Progress
	fitted := func() {}
	ended := false // an epoch
	var live, sure *widgets.LiveCurves
	var first *classify.Point
	add := func(p classify.Point) {
		live.Add(studio.TrainingCurve, p.Epoch, p.TrainLoss)
		if !math.IsNaN(p.ValidationLoss) {
			live.Add(studio.ValidationCurve, p.Epoch, p.ValidationLoss)
		}
		ended = ended || p.EpochEnd
		if p.SemiLoss > 0 && ended { // not the first of the curves, so that colours are those of the studio
			live.AddDashed(studio.UnlabelledCurve, p.Epoch, p.SemiLoss)
		}
		if p.Sure > 0 {
			if sure == nil {
				var err error
				sure, err = widgets.NewLiveCurves(widgets.Chart{Title: "Unknown labels that teach", XName: "epoch", YName: "share", Width: 420, Height: 160})
				check(err)
			}
			sure.Add("share", p.Epoch, p.Sure)
		}
	}
	return func(p classify.Point) {
		switch {
		case math.IsNaN(p.TrainLoss):
			if progress == nil {
				progress, fitted = ShowProgress()
			}
			progress("fitting", p.Step, p.Steps)
			return
		case first == nil:
			first = &p
			return
		case live == nil:
			var err error
			live, err = widgets.NewLiveCurves(studio.LearningCurve(nil))
			check(err)
			add(*first)
		}
		add(p)
	}, func() { fitted(); live.Close(); sure.Close() }
}

// Evaluate shows how well the model does by class and by subset, training and validation apart.
func (n *Notebook) Evaluate(options ...EvaluateOptions) evaluate.Report {
	r, err := n.Project.Evaluate(options...)
	check(err)
	fmt.Print(r)
	return r
}

// Agreement shows how far annotators agree, by class and by pair of people.
func (n *Notebook) Agreement(options ...AgreementOptions) AgreementReport {
	var o AgreementOptions
	if len(options) > 0 {
		o = options[0]
	}
	ctx, stop := interruptible()
	defer stop()
	r, err := n.Project.Agreement(ctx, o)
	check(err)
	fmt.Println(r)
	return r
}

// Disagreements lists what people differ about and shows the images that can be shown, the most disputed first; without
// options 16.
func (n *Notebook) Disagreements(options ...DisagreementOptions) Disagreements {
	o := DisagreementOptions{N: 16}
	if len(options) > 0 {
		o = options[0]
	}
	list, err := n.Project.Disagreements(context.Background(), o)
	check(err)
	fmt.Println(list)
	var rows []int
	var captions []string
	for _, d := range list {
		if n.Images().Usable(d.Row) {
			rows, captions = append(rows, d.Row), append(captions, d.Dispute.String())
		}
	}
	if len(rows) > 0 {
		n.show(rows, captions)
	}
	return list
}

// Suggest shows the images worth labelling next, each with the reason why, and returns them.
func (n *Notebook) Suggest(strategy string, count int) []Suggestion {
	progress, done := ShowProgress()
	picks, err := n.Project.Suggest(context.Background(), SuggestOptions{Strategy: strategy, N: count, Progress: progress})
	done()
	check(err)
	if newer, err := n.NewerLabels(strategy); err == nil && newer > 0 {
		learns := "p.Train()"
		if strings.HasPrefix(strategy, propagatedPrefix) {
			learns = "p.Propagate()"
		}
		fmt.Printf("Label events that these scores have not seen: %d; %s learns from them.\n", newer, learns)
	}
	n.showPicks(picks)
	return picks
}

// showPicks shows images with their reasons.
func (n *Notebook) showPicks(picks []Suggestion) {
	rows, captions := make([]int, len(picks)), make([]string, len(picks))
	for i, s := range picks {
		rows[i], captions[i] = s.Row, s.Reason
	}
	n.show(rows, captions)
}

// Show shows images, by row; without rows the first 16 that can be used.
func (n *Notebook) Show(rows ...int) {
	index := n.Images()
	if len(rows) == 0 {
		rows = firstUsable(index, 16)
	}
	t, err := n.Labels()
	check(err)
	captions := make([]string, len(rows))
	for i, row := range rows {
		captions[i] = studio.Caption(t, row)
	}
	n.show(rows, captions)
}

func firstUsable(index *imageset.Index, n int) (rows []int) {
	for row := 0; row < index.Len() && len(rows) < n; row++ {
		if index.Usable(row) {
			rows = append(rows, row)
		}
	}
	return rows
}

func (n *Notebook) show(rows []int, captions []string) {
	grid := widgets.Grid{Columns: 8}
	for i, row := range rows {
		file, err := n.Thumb(row)
		check(err)
		data, err := os.ReadFile(file)
		check(err)
		grid.Images = append(grid.Images, widgets.GridImage{Src: data, Caption: captions[i], Title: n.Images().At(row).ID})
	}
	check(grid.Show())
}
