package main

import (
	"strings"
	"testing"

	"github.com/gopatchwork/patchwork/patchwork"
)

// opinions makes a project of 8 photos that ann and bob have labelled; they differ about green in one and red in two.
func opinions(t *testing.T) {
	t.Helper()
	dir := place(t)
	photos(t, dir, 8)
	do(t, "init", "p", "--images", "photos", "--labels-from-folders")
	t.Setenv("PATCHWORK_ANNOTATOR", "bob")
	write(t, "bob.csv", "filepath,green,red\n000.png,0,1\n001.png,0,1\n002.png,1,1\n003.png,0,1\n004.png,1,0\n005.png,0,1\n")
	do(t, "import-labels", "p", "bob.csv")
}

func TestAgreementAtTheCommandLine(t *testing.T) {
	opinions(t)
	text := do(t, "agreement", "p", "--json")
	figure := "value low high rows"
	checkFields(t, "agreement", text, `rule annotators annotators[].annotator annotators[].images annotators[].labels images shared excluded open decided
		confidence replicates seed repeats classes classes[].class classes[].present classes[].absent classes[].unknown
		classes[].fleiss.ratings classes[].fleiss.left_out classes[].pairs classes[].pairs[].names classes[].pairs[].table classes[].fleiss
		`+under("agreement alpha mean_alpha classes[].agreement classes[].alpha classes[].fleiss.kappa classes[].pairs[].kappa classes[].pairs[].agreement", figure))
	r := as[struct {
		Rule         string
		Shared, Open int
		Classes      []struct {
			Class                    string
			Present, Absent, Unknown int
			Agreement                struct{ Value, Low float64 }
		}
	}](t, text)
	if r.Rule != "latest" || r.Open != 3 || len(r.Classes) != 2 {
		t.Fatalf("the report is %+v", r)
	}

	r = as[struct {
		Rule         string
		Shared, Open int
		Classes      []struct {
			Class                    string
			Present, Absent, Unknown int
			Agreement                struct{ Value, Low float64 }
		}
	}](t, do(t, "agreement", "p", "--rule", "unanimous", "--json"))
	if c := r.Classes[0]; r.Rule != "unanimous" || c.Class != "green" || c.Present != 3 || c.Absent != 4 || c.Unknown != 1 {
		t.Errorf("under the rule unanimous: %+v", r)
	}
	table := do(t, "agreement", "p")
	for _, want := range []string{"8 images labelled by 2 people; of 6 of them", "ann, bob", "Krippendorff's alpha", "3 disagreements are open", "the rule is: latest"} {
		if !strings.Contains(table, want) {
			t.Errorf("the table lacks %q:\n%s", want, table)
		}
	}
	if strings.Contains(table, "NaN") {
		t.Errorf("the table has NaN:\n%s", table)
	}
}

func TestDisagreementsAtTheCommandLine(t *testing.T) {
	opinions(t)
	text := do(t, "disagreements", "p", "--json")
	checkFields(t, "disagreements", text, "[].image [].row [].class [].share [].opinions [].opinions[].by [].opinions[].value [].opinions[].at")
	if list := as[[]patchwork.Disagreement](t, text); len(list) != 3 {
		t.Errorf("%d disagreements, want 3: %v", len(list), list)
	}
	if got, want := do(t, "disagreements", "p", "--class", "green"), "../photos/green/000.png\tgreen: ann present, bob absent\n"; got != want {
		t.Errorf("about green: %q, want %q", got, want)
	}
	if got := do(t, "disagreements", "p", "-n", "2"); strings.Count(got, "\n") != 2 {
		t.Errorf("two were asked for:\n%s", got)
	}
	if got := do(t, "disagreements", "p", "--decided", "--json"); got != "[]\n" {
		t.Errorf("nothing is decided, but %s", got)
	}
	p, err := patchwork.Open("p")
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if err := p.Decide(t.Context(), "../photos/green/000.png", "green", 1); err != nil {
		t.Fatal(err)
	}
	checkFields(t, "decided", do(t, "disagreements", "p", "--decided", "--json"), `[].image [].row [].class [].share [].opinions [].opinions[].by
		[].opinions[].value [].opinions[].at [].decision [].decision.by [].decision.value [].decision.at`)
	if got := do(t, "disagreements", "p", "--class", "green"); got != "nobody disagrees about what was asked for\n" {
		t.Errorf("after the decision: %s", got)
	}
}

// TestTheRuleOfAProject: what is kept counts for export, training and evaluation, and nowhere else.
func TestTheRuleOfAProject(t *testing.T) {
	opinions(t)
	latest := do(t, "export-labels", "p", "-")
	do(t, "agreement", "p", "--rule", "priority: ann > bob", "--keep")
	if !strings.Contains(read(t, "p/project.yaml"), "rule: 'priority: ann > bob'") {
		t.Errorf("project.yaml:\n%s", read(t, "p/project.yaml"))
	}
	ann := do(t, "export-labels", "p", "-")
	if !strings.Contains(latest, "green/000.png,False,False,green,0,1") || !strings.Contains(ann, "green/000.png,False,False,green,1,0") {
		t.Errorf("bob was last, ann has priority; exported were\n%s\nand\n%s", latest, ann)
	}
	if got := do(t, "status", "p"); !strings.Contains(got, "the rule priority: ann > bob") {
		t.Errorf("status does not name the rule:\n%s", got)
	}
	checkFields(t, "status", do(t, "status", "p", "--json"), statusFields+" rule")
	if got := as[struct{ Rule string }](t, do(t, "agreement", "p", "--json")); got.Rule != "priority: ann > bob" {
		t.Errorf("without --rule the report is under %q", got.Rule)
	}
	do(t, "agreement", "p", "--rule", "unanimous", "--keep")
	do(t, "embed", "p")
	do(t, "train", "p", "--epochs", "1")
	r := as[struct {
		Train   struct{ Cells int }
		Classes []struct{ Train struct{ Unknown int } }
	}](t, do(t, "evaluate", "p", "--json"))
	if r.Train.Cells != 13 || r.Classes[0].Train.Unknown != 1 || r.Classes[1].Train.Unknown != 2 {
		t.Errorf("of 16 labels 3 are in dispute; measured were %+v", r)
	}
	do(t, "agreement", "p", "--rule", "latest", "--keep")
	if got := do(t, "export-labels", "p", "-"); got != latest || strings.Contains(read(t, "p/project.yaml"), "rule:") {
		t.Errorf("back at the rule latest, exported is\n%s", got)
	}
	fails(t, exitFailed, []string{`"zoe"`}, "agreement", "p", "--rule", "priority: zoe", "--keep")
	write(t, "p/project.yaml", strings.Replace(read(t, "p/project.yaml"), "seed:", "rule: most\nseed:", 1))
	fails(t, exitFailed, []string{"project.yaml", `rule "most"`, "mend the file"}, "status", "p")
}
