"""The imperative API in the words of several libraries, over one recorder and one compiler."""
