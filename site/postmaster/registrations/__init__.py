"""Sites of the growth sectors register themselves: pilots by region, applications, provisioning."""
