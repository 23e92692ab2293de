"""Do our clients ask what the providers' own documents describe? `make contract SPECS=/folder/of/them`."""
