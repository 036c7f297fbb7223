module sample.example/parcel-tracker

go 1.26
