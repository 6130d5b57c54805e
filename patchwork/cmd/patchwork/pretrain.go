package main

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/gopatchwork/patchwork/patchwork"
	"github.com/gopatchwork/patchwork/patchwork/backbone"
	"github.com/gopatchwork/patchwork/patchwork/pretrain"
)

func pretrainCommand() *cobra.Command {
	var o patchwork.PretrainOptions
	var images, set []string
	var out, pictures string
	var list, asJSON bool
	c := &cobra.Command{
		Use:   "pretrain [PROJECT]",
		Short: "Train a feature extractor on images without labels",
		Long: "With a project on its images, into networks/ below it; else on --images, into --out. The folder is an extractor:\n" +
			"`patchwork embed PROJECT --extractor FOLDER`. An interrupted training goes on with the same command. --list shows methods and\n" +
			"networks. docs/pretraining.md explains them.",
		Example: "  patchwork pretrain landuse --method simclr --epochs 100\n  patchwork pretrain --images photos --out extractor --method byol --set momentum=0.99 --backbone resnet18",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, a []string) error {
			if list {
				return listPretraining(c.OutOrStdout(), asJSON)
			}
			progress, end := patchwork.ShowProgress()
			defer end()
			onPoint := func(p pretrain.Point) {
				progress("training", p.Step, p.Steps)
				if p.Warning != "" {
					fmt.Fprintln(c.ErrOrStderr(), "\n"+p.Warning)
				}
			}
			if pictures != "" {
				o.Pictures = func(l patchwork.LookPicture) error {
					return l.Write(filepath.Join(pictures, fmt.Sprintf("%s-%07.2f.png", l.Name, l.Epoch)), false)
				}
			}
			if len(a) == 1 {
				return onProject(func(c *cobra.Command, p *patchwork.Project, _ []string) error {
					if !c.Flags().Changed("seed") {
						o.Seed = p.Settings().Seed
					}
					report, err := p.Pretrain(c.Context(), o, onPoint, progress)
					end()
					return printDone(c, report, asJSON, err)
				})(c, a)
			}
			report, err := patchwork.Pretrain(c.Context(), images, out, o, onPoint, progress)
			end()
			return printDone(c, report, asJSON, err)
		},
	}
	c.PreRunE = func(c *cobra.Command, a []string) error {
		var wrong []error
		o.Settings = map[string]string{}
		for _, text := range set {
			name, value, ok := strings.Cut(text, "=")
			wrong = append(wrong, need(ok && name != "", "--set is %q; want NAME=VALUE, as temperature=0.1", text))
			o.Settings[name] = value
		}
		if !list {
			wrong = append(wrong, need(len(a) == 1 || len(images) > 0 && out != "", "name a project, or give --images and --out"),
				need(len(a) == 0 || len(images) == 0 && out == "", "a project has its own images and folder; leave --images and --out away"))
		}
		wrong = append(wrong, need(o.Look >= 0, "--look is %d; want 1 or more epochs, or 0 for the start and the end", o.Look))
		return checkFlags(append(wrong, o.Check())...)
	}
	f := c.Flags()
	f.StringVar(&o.Method, "method", "simclr", "`name` of the method, see --list")
	f.StringArrayVar(&set, "set", nil, "a setting of the method, as `NAME=VALUE`; may be repeated")
	f.StringVar(&o.Network, "backbone", "", "`name` of the network, see --list, or an ONNX file, whose weights it begins with; without it that of --from, else "+backbone.Default)
	f.StringVar(&o.From, "from", "", "`folder` of a network, whose weights the training begins with where they fit")
	pixelFlags(f, &o.ONNX)
	f.StringVar(&o.ONNX.Output, "output", "", "`name` of the tensor of an ONNX file to take")
	f.Float64Var(&o.Backbone.Width, "width", 0, "`factor` of the network's channels; without it 1")
	f.StringArrayVar(&images, "images", nil, "`folder`, glob, list or archive of images, without a project; may be repeated")
	f.StringVar(&out, "out", "", "`folder` for the network, without a project")
	f.IntVar(&o.Epochs, "epochs", 0, "passes over the images; without it 100")
	f.IntVar(&o.Steps, "steps", 0, "in place of --epochs: batches")
	f.IntVar(&o.Batch, "batch-size", 0, "images in a batch; without it 128")
	f.IntVar(&o.Side, "side", 0, "`pixels` that the network sees; without it 64")
	f.StringVar((*string)(&o.Optimiser), "optimiser", "", "adam, adamw, momentum or lars; without it the method's own")
	f.Float64Var(&o.Rate, "rate", 0, "of the optimiser; without it the method's own")
	f.StringVar((*string)(&o.Schedule), "schedule", "", "of the rate, as for train; without it warmup")
	f.IntVar(&o.Warmup, "warmup", 0, "`steps` of the schedule warmup; without it a tenth of all")
	f.IntVar(&o.Period, "period", 0, "`steps` of the schedules exponential, staircase and restarts")
	f.Float64Var(&o.Decay, "decay", 0, "pull of kernels to 0; without it the method's own, negative: none")
	f.Float64Var(&o.Clip, "clip", 0, "largest `norm` of the gradients; without it any")
	f.IntVar(&o.Accumulate, "accumulate", 0, "batches whose gradients make one step; without it 1")
	f.StringVar((*string)(&o.Precision), "precision", "", "float32 or bfloat16, that networks compute in; without it float32")
	f.IntVar(&o.Devices, "devices", 0, "of the backend, that share each batch; without it 1")
	f.IntVar(&o.Look, "look", 0, "`epochs` between two measurements of the features; without it at the start and the end")
	f.StringSliceVar(&o.Tests, "tests", nil, "`names` of the measurements, as of probe, or all; without it all but rotation")
	f.Uint64Var(&o.Seed, "seed", 0, "same seed and images, same network; without it the project's")
	f.StringVar(&o.Note, "note", "", "`text` for the record of the run")
	f.StringVar(&pictures, "pictures", "", "`folder` for pictures of what was learned so far, at each look: NAME-EPOCHS.png")
	f.BoolVar(&list, "list", false, "show methods with their settings, and networks")
	followFlags(f, &o.TensorBoard, &o.MLflow)
	f.BoolVar(&asJSON, "json", false, "print the result as JSON")
	return c
}

// listedMethod is a method with its settings.
type listedMethod struct {
	Name     string             `json:"name"`
	About    string             `json:"about"`
	Source   string             `json:"source"`
	Settings []pretrain.Setting `json:"settings"`
}

func listPretraining(out io.Writer, asJSON bool) error {
	var methods []listedMethod
	for _, c := range pretrain.Cards() {
		m, err := pretrain.New(c.Name)
		if err != nil {
			return err
		}
		methods = append(methods, listedMethod{c.Name, c.About, c.Source, pretrain.Settings(m)})
	}
	if asJSON {
		return printJSON(out, struct {
			Methods  []listedMethod  `json:"methods"`
			Networks []backbone.Card `json:"backbones"`
		}{methods, backbone.Cards()})
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, m := range methods {
		var settings []string
		for _, s := range m.Settings {
			settings = append(settings, s.Name+"="+s.Value)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n\t%s\n", m.Name, m.About, m.Source, strings.Join(settings, " "))
	}
	fmt.Fprintln(w, "\nbackbones")
	for _, c := range backbone.Cards() {
		fmt.Fprintf(w, "%s\t%s\n", c.Name, c.About)
	}
	return w.Flush()
}
