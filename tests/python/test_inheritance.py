from __future__ import annotations

from resolving import resolve


def test_super_reaches_the_method_of_the_base_with_what_it_is_passed() -> None:
    assert resolve(
        """
        class Base:
            def headers(self, key):
                return {"a": key}

        class Derived(Base):
            def headers(self, key):
                made = super().headers(key)
                made["b"] = 2
                return made

        use(Derived().headers(1)["a"])
        use(Derived().headers(1)["b"])
        """
    ) == ["1", "2"]


def test_a_base_s_constructor_gets_what_the_derived_one_hands_up() -> None:
    assert resolve(
        """
        class Base:
            def __init__(self, url, timeout=9):
                self.url, self.timeout = url, timeout

        class Derived(Base):
            def __init__(self, key, base="https://one"):
                super().__init__(base + "/v1")
                self.key = key

        made = Derived("k")
        use(made.url)
        use(made.timeout)
        use(made.key)
        use(Derived("k", base="https://two").url)
        """
    ) == ["'https://one/v1'", "9", "'k'", "'https://two/v1'"]


def test_an_attribute_of_self_knows_what_derived_classes_hand_up() -> None:
    assert resolve(
        """
        class Base:
            def __init__(self, url):
                self.url = url

        class Derived(Base):
            def __init__(self):
                super().__init__("https://one")

            def ask(self):
                use(self.url)
        """
    ) == ["'https://one'"]


def test_each_derived_class_hands_up_its_own() -> None:
    assert resolve(
        """
        class Base:
            def __init__(self, url):
                self.url = url

        class One(Base):
            def __init__(self, url="https://one"):
                super().__init__(url=url)

            def ask(self):
                use(self.url)

        class Two(Base):
            def __init__(self, key):
                super().__init__("https://two")

            def ask(self):
                use(self.url)

        One()
        """
    ) == ["'https://one'", "'https://two'"]


def test_a_method_that_is_overridden_leaves_an_object_alone() -> None:
    assert resolve(
        """
        class Base:
            def __init__(self):
                self.url = "https://one"

            def turn(self):
                self.url = "https://two"

            def swerve(self):
                self.url = "https://three"

        class Other(Base):
            def turn(self):
                pass

            def swerve(self):
                super().swerve()

            def ask(self):
                use(self.url)
        """
    ) == ["'https://one' | 'https://three'"]


def test_a_list_keeps_what_a_method_adds_that_is_not_overridden() -> None:
    assert resolve(
        """
        class Base:
            def __init__(self):
                self.roles = []

            def add(self):
                self.roles.append("one")

        class Other(Base):
            def add(self):
                self.roles.append("two")

            def ask(self):
                use(self.roles)
        """
    ) == ["['two', *?]"]


def test_a_base_s_property_uses_what_derived_classes_override() -> None:
    assert resolve(
        """
        import library

        class Base:
            @property
            def client(self):
                if self.__client is None:
                    self.__client = self.make()
                return self.__client

            def make(self) -> object: ...

        class Derived(Base):
            def make(self):
                return library.Client()

            def ask(self):
                use(self.client)
        """
    ) == ["library.Client() | library.Client()"]


def test_what_a_derived_constructor_sets_again_is_not_the_base_s() -> None:
    assert resolve(
        """
        class Base:
            def __init__(self):
                self.url = None
                self.size = None
                self.name = None
                self.late = None

        class Derived(Base):
            def __init__(self, size):
                self.late = "early"
                super().__init__()
                self.url = "https://one"
                if size:
                    self.size = 5

            def set(self, name):
                self.name = "n"

            def ask(self):
                use(self.url)
                use(self.size)
                use(self.name)
                use(self.late)
        """
    ) == ["'https://one'", "5 | None", "'n' | None", "'early' | None"]


def test_an_attribute_may_be_set_by_the_name_of_the_class() -> None:
    assert resolve(
        """
        import library

        class Service:
            client = None

            def __init__(self, config):
                if Service.client is None:
                    Service.client = library.Client()

            def ask(self):
                use(self.client)
        """
    ) == ["library.Client()"]


def test_a_base_s_constructor_may_be_called_by_the_name_of_the_base() -> None:
    assert resolve(
        """
        class Base:
            def __init__(self, url, timeout=9):
                self.url, self.timeout = url, timeout

        class Derived(Base):
            def __init__(self, key, base="https://one"):
                Base.__init__(self, base + "/v1")
                self.key = key

            def ask(self):
                use(self.url)

        made = Derived("k", base="https://two")
        use(made.url)
        use(made.timeout)
        """
    ) == ["'https://one/v1' | 'https://two/v1'", "'https://two/v1'", "9"]


def test_super_may_name_the_class_and_the_object() -> None:
    assert resolve(
        """
        class Base:
            def __init__(self, url):
                self.url = url

        class Derived(Base):
            def __init__(self, url):
                super(Derived, self).__init__(url=url)

        use(Derived("https://one").url)
        """
    ) == ["'https://one'"]


def test_a_class_that_names_its_base_takes_nothing_from_what_its_siblings_pass() -> None:
    assert resolve(
        """
        class Interface:
            def __init__(self, model, params=None):
                self.model, self.params = model, params or {}

        class Base(Interface):
            def __init__(self, model, params=None, **kw):
                Interface.__init__(self, model=model, params=params)

        class One(Base):
            def __init__(self, model, params=None, **kw):
                Base.__init__(self, model=model, params=params or {})

            def ask(self):
                use(self.model)

        class Two(Base):
            def __init__(self, model="", params=None):
                Base.__init__(self, model=model, params=params)

            def ask(self):
                use(self.model)

        use(One("m", {"a": 1}).params)
        use(Two("n").model)
        """
    ) == ["'m'", "'' | 'n'", "{'a': 1}", "'n'"]


def test_what_a_public_constructor_hands_up_stays_open_where_nothing_calls_it() -> None:
    assert resolve(
        """
        class Base:
            def __init__(self, model, params=None):
                self.model, self.params = model, params or {}

        class One(Base):
            def __init__(self, model, params=None):
                Base.__init__(self, model, params=params)

            def ask(self):
                use(self.model)
                use(self.params)

        class Two(Base):
            def __init__(self, model="two", params=None):
                Base.__init__(self, model, params=params)
        """
    ) == ["?", "? | {}"]


def test_a_base_s_own_methods_know_what_all_derived_classes_hand_up() -> None:
    assert resolve(
        """
        class Base:
            def __init__(self, url):
                self.url = url

            def ask(self):
                use(self.url)

        class One(Base):
            def __init__(self):
                Base.__init__(self, "https://one")

        class Two(Base):
            def __init__(self):
                Base.__init__(self, url="https://two")
        """
    ) == ["'https://one' | 'https://two'"]


def test_what_is_set_after_a_base_that_is_called_by_name_is_not_the_base_s() -> None:
    assert resolve(
        """
        class Base:
            def __init__(self):
                self.url = "https://one"

        class After(Base):
            def __init__(self):
                Base.__init__(self)
                self.url = "https://two"

        class Before(Base):
            def __init__(self):
                self.url = "https://three"
                Base.__init__(self)

        use(After().url)
        """
    ) == ["'https://two'"]
