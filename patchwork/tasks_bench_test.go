package patchwork

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork/classify/multitask"
)

// aerial are three questions about the ten classes of ucm10: which it is, how far people have changed the ground, whether
// there is water.
var aerial = map[string][2]string{
	"agricultural": {"worked", "no"}, "airplane": {"built", "no"}, "beach": {"natural", "yes"}, "buildings": {"built", "no"},
	"chaparral": {"natural", "no"}, "forest": {"natural", "no"}, "freeway": {"built", "no"}, "harbor": {"built", "yes"},
	"parkinglot": {"built", "no"}, "river": {"natural", "yes"},
}

var aerialTasks = []string{"land", "cover", "water"}

// answersOf are the true answers for an image of ucm10.
func answersOf(id string) []string {
	class := filepath.Base(filepath.Dir(id))
	return []string{class, aerial[class][0], aerial[class][1]}
}

// aerialTable writes a table in which each cell is blank with the given probability, and says which are.
func aerialTable(b testing.TB, p *Project, file string, blank float64, seed uint64) (blanks map[string]bool) {
	b.Helper()
	rng := rand.New(rand.NewPCG(seed, 1))
	blanks = map[string]bool{}
	text := strings.Builder{}
	fmt.Fprintf(&text, "filepath,%s\n", strings.Join(aerialTasks, ","))
	for row := range p.Images().Len() {
		id := p.Images().At(row).ID
		cells := answersOf(id)
		for k := range cells {
			if rng.Float64() < blank {
				cells[k], blanks[id+" "+aerialTasks[k]] = "", true
			}
		}
		fmt.Fprintf(&text, "%s,%s\n", id, strings.Join(cells, ","))
	}
	if err := os.WriteFile(file, []byte(text.String()), 0o644); err != nil {
		b.Fatal(err)
	}
	return blanks
}

// filledIn is the share of blank cells that are answered right, by task.
func filledIn(b testing.TB, p *Project, blanks map[string]bool) map[string]float64 {
	b.Helper()
	var out strings.Builder
	if _, _, err := p.PredictTasks(b.Context(), "", &out); err != nil {
		b.Fatal(err)
	}
	lines, err := csv.NewReader(strings.NewReader(out.String())).ReadAll()
	if err != nil {
		b.Fatal(err)
	}
	right, of := map[string]float64{}, map[string]float64{}
	for _, line := range lines[1:] {
		for k, task := range aerialTasks {
			for column, name := range lines[0] {
				if name == task && blanks[line[0]+" "+task] {
					if of[task]++; line[column] == answersOf(line[0])[k] {
						right[task]++
					}
				}
			}
		}
	}
	for task, n := range of {
		right[task] /= n
	}
	return right
}

// BenchmarkTasksOfAerialImages fills in the blank cells of tables of the 1,000 images of ucm10, on the embedded features,
// and logs the share that is right, the mean of five tables, for several ways of training. The figures of docs/multitask.md.
//
// Run: PATCHWORK_SHARED=... go test ./patchwork -run xxx -bench TasksOfAerialImages -benchtime 1x
func BenchmarkTasksOfAerialImages(b *testing.B) {
	images := filepath.Join(cmp.Or(os.Getenv("PATCHWORK_SHARED"), "../../shared"), "data", "ucm10")
	if _, err := os.Stat(images); err != nil {
		b.Skipf("%s is not there; PATCHWORK_SHARED can name the folder of data", images)
	}
	p, _, err := Init(b.Context(), filepath.Join(b.TempDir(), "ucm"), InitOptions{Images: []string{images}}, nil)
	if err != nil {
		b.Fatal(err)
	}
	defer p.Close()
	if _, err := p.Embed(b.Context(), EmbedOptions{}, nil); err != nil {
		b.Fatal(err)
	}
	with := func(change func(o *TaskOptions)) []TaskOptions {
		var o TaskOptions
		change(&o)
		return []TaskOptions{o}
	}
	var alone []TaskOptions
	for _, task := range aerialTasks {
		alone = append(alone, TaskOptions{Columns: multitask.TableOptions{Tasks: []string{task}}})
	}
	for _, way := range []struct {
		name string
		runs []TaskOptions // measured after each; tasks that a run leaves out come from others
	}{
		{"defaults", make([]TaskOptions, 1)},
		{"each task by a network of its own", alone},
		{"no trunk: linear", with(func(o *TaskOptions) { o.Trunk = "none" })},
		{"batch normalisation", with(func(o *TaskOptions) { o.BatchNorm = true })},
		{"adaptive weights", with(func(o *TaskOptions) { o.Weighting = multitask.AdaptiveWeights })},
		{"balanced categories", with(func(o *TaskOptions) { o.Balance = true })},
		{"second generation", []TaskOptions{{}, {Teacher: true}}},
	} {
		for _, blank := range []float64{0.5, 0.9} {
			b.Run(fmt.Sprintf("%s, %g blank", way.name, blank), func(b *testing.B) {
				for range b.N {
					sum := map[string]float64{}
					const tables = 5
					for seed := range uint64(tables) {
						file := filepath.Join(b.TempDir(), "t.csv")
						blanks := aerialTable(b, p, file, blank, seed)
						now := map[string]float64{}
						for _, o := range way.runs {
							o.Seed = seed
							if _, err := p.TrainTasks(b.Context(), file, o, nil); err != nil {
								b.Fatal(err)
							}
							for task, share := range filledIn(b, p, blanks) {
								now[task] = share
							}
						}
						for task, share := range now {
							sum[task] += share / tables
						}
					}
					for _, task := range aerialTasks {
						b.ReportMetric(sum[task], task)
					}
				}
			})
		}
	}
}
