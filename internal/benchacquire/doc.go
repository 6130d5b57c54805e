// Command benchacquire measures what is made of nearest neighbours: how fast their graph is beside scikit-learn, how long choices and a
// map take, and with -images what the default choice is worth, how well labels spread, label errors are found and doubles are found.
//
//	go run ./internal/benchacquire                           # times
//	go run ./internal/benchacquire -images folder            # on images in a folder for each class
//	go run ./internal/benchacquire -images folder -truth f   # with labels of several classes from a CSV file
//	go run ./internal/benchacquire -run choosing              # one measurement
//
// What is planted is known, so what is found of it can be counted; each figure is the mean of several random plantings with its
// 95 % interval.
package main
