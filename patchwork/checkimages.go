package patchwork

import (
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/gopatchwork/patchwork/internal/atomicfile"
	"github.com/gopatchwork/patchwork/patchwork/imageset"
)

// CheckReport says which images look wrong.
type CheckReport struct {
	Measured int           `json:"measured"` // usable images whose content has been looked at
	Usable   int           `json:"usable"`
	Flags    []FlaggedRows `json:"flags"`             // every flag, in the order of imageset.AllFlags
	Broken   []Problem     `json:"broken,omitempty"`  // images that could not be read now, though the scan could
	Problems []Problem     `json:"skipped,omitempty"` // images that are skipped everywhere
}

// FlaggedRows are the images that have one flag.
type FlaggedRows struct {
	Flag   imageset.Flag `json:"flag"`
	Images []string      `json:"images"`
	Groups [][]string    `json:"groups,omitempty"` // of copies and near duplicates: the images that belong together
}

// CheckImages looks for images that are dark, light, blurry or nearly empty, have an odd size or shape, or are copies or
// near duplicates of others. The scores are kept in checks.tsv of the project folder, so that a second call with other
// thresholds reads no image. A cancelled call goes on where it stopped.
//
// Errors: a threshold out of range; checks.tsv cannot be read or written.
func (p *Project) CheckImages(ctx context.Context, settings imageset.CheckSettings, progress Progress) (CheckReport, error) {
	var report CheckReport
	if err := settings.Check(); err != nil {
		return report, err
	}
	if err := checkWritable(p.dir); err != nil {
		return report, err
	}
	index := p.Images()
	checks, err := p.Reader().Measure(ctx, imageset.CheckOptions{
		File: p.checksFile(), Progress: progress.step("checking images"),
		Broken: func(row int, err error) {
			report.Broken = append(report.Broken, Problem{index.At(row).ID, err.Error()})
		},
	})
	if err != nil {
		return report, err
	}
	flags, err := checks.Flags(settings)
	if err != nil {
		return report, err
	}
	report.Problems = problems(index)
	report.Usable = index.Len() - len(report.Problems)
	for row := range index.Len() {
		if _, ok := checks.Scores(row); ok && index.Usable(row) {
			report.Measured++
		}
	}
	names := func(rows []int) []string {
		list := make([]string, len(rows))
		for i, row := range rows {
			list[i] = index.At(row).ID
		}
		return list
	}
	for _, flag := range imageset.AllFlags() {
		f := FlaggedRows{Flag: flag, Images: names(flags.Rows(flag))}
		for _, group := range flags.Groups(flag) {
			f.Groups = append(f.Groups, names(group))
		}
		report.Flags = append(report.Flags, f)
	}
	return report, nil
}

// SaveChecks writes what CheckImages has measured, and the flags, into file, a table with a line for each usable image;
// see imageset.Checks.CSV.
//
// Errors: a threshold out of range; the scores cannot be read; file cannot be written.
func (p *Project) SaveChecks(file string, settings imageset.CheckSettings) error {
	checks, err := imageset.ReadChecks(p.checksFile(), p.Images())
	if err != nil {
		return err
	}
	flags, err := checks.Flags(settings)
	if err != nil {
		return err
	}
	err = atomicfile.WriteFunc(file, 0o644, atomicfile.Durable, func(w io.Writer) error { return checks.CSV(w, flags) })
	if err != nil {
		return fmt.Errorf("patchwork: cannot write %s: %w", file, atomicfile.Cause(err))
	}
	return nil
}

// checksFile is where the scores of pictures are kept that are read as the settings say.
func (p *Project) checksFile() string {
	if key := p.Settings().Input.read().Key(); key != "" {
		return p.path("checks-" + key + ".tsv")
	}
	return p.path("checks.tsv")
}

// String is a table of the flags with the first images of each.
func (r CheckReport) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d of %d images checked", r.Measured, r.Usable)
	if n := len(r.Problems); n > 0 {
		fmt.Fprintf(&b, "; %d more cannot be used, see status", n)
	}
	b.WriteByte('\n')
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, f := range r.Flags {
		fmt.Fprintf(w, "  %s\t%d\t%s\n", strings.ReplaceAll(string(f.Flag), "_", " "), len(f.Images), firstFew(f.Images, 3))
	}
	w.Flush()
	for _, p := range r.Broken {
		fmt.Fprintf(&b, "not checked: %s\n", p.Reason)
	}
	return strings.TrimRight(b.String(), "\n")
}

// firstFew names the first n of a list.
func firstFew(list []string, n int) string {
	if len(list) <= n {
		return strings.Join(list, ", ")
	}
	return strings.Join(list[:n], ", ") + ", ..."
}
