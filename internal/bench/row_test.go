package main

import (
	"testing"
	"time"
)

func ms(values ...int) (ds []time.Duration) {
	for _, v := range values {
		ds = append(ds, time.Duration(v)*time.Millisecond)
	}
	return ds
}

func upTo(n int) (values []int) {
	for i := range n {
		values = append(values, n-i)
	}
	return values
}

func TestTimes(t *testing.T) {
	tests := []struct {
		name       string
		ds         []time.Duration
		target     time.Duration
		value, p95 float64
		unit       string
	}{
		{"odd, no p95 below ten", ms(9, 1, 5), 0, 5, 0, "ms"},
		{"the upper of two in the middle", ms(1, 2, 3, 4), 0, 3, 0, "ms"},
		{"100 down to 1", ms(upTo(100)...), 0, 51, 96, "ms"},
		{"seconds by size", ms(1500, 1500, 2500), 0, 1.5, 0, "s"},
		{"seconds by the target", ms(150, 150, 250), 2 * time.Second, 0.15, 0, "s"},
		{"milliseconds by the target", ms(1500, 1500, 2500), 50 * time.Millisecond, 1500, 0, "ms"},
		{"none", nil, 0, 0, 0, "ms"},
	}
	for _, tt := range tests {
		r := times("n", "w", tt.target, tt.ds, "h")
		if r.Value != tt.value || r.P95 != tt.p95 || r.Unit != tt.unit || r.N != len(tt.ds) {
			t.Errorf("%s: got %v, p95 %v %s of %d, want %v, p95 %v %s", tt.name, r.Value, r.P95, r.Unit, r.N, tt.value, tt.p95, tt.unit)
		}
	}
}

func TestVerdict(t *testing.T) {
	tests := []struct {
		row  Row
		want string
	}{
		{Row{Value: 50, Target: 50}, "ok"},
		{Row{Value: 51, Target: 50}, "over"},
		{Row{Value: 51}, ""},
		{Row{Value: 10, P95: 21, Target: 20}, "ok"},
		{Row{Value: 10, P95: 21, Target: 20, ByP95: true}, "over"},
		{Row{Target: 50, Skipped: "no browser"}, "skipped"},
		{Row{Target: 50, Failed: "crashed"}, "failed"},
	}
	for _, tt := range tests {
		if got := tt.row.Verdict(); got != tt.want {
			t.Errorf("%+v: got %q, want %q", tt.row, got, tt.want)
		}
	}
}

func TestNumber(t *testing.T) {
	for v, want := range map[float64]string{0.0314: "0.031", 3.14159: "3.14", 31.4159: "31.4", 314.159: "314"} {
		if got := number(v); got != want {
			t.Errorf("%v: got %s, want %s", v, got, want)
		}
	}
}
